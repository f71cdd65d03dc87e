"""Packs the verifier and everything that it imports into one file, the same bytes from the same source.

A zip archive that Python runs: the modules of the project that ``epilwu.audit.standalone`` needs, found by following
its imports, their data, and the pure-Python packages ``rfc8785`` and ``base45`` with their licences. Entries are
sorted, stored uncompressed (deflate differs between zlib versions) and carry one fixed date, so that anyone who builds
it anew gets the published SHA-256.

Under ``plain/`` stand small packages ``nacl`` and ``cryptography`` that lead to plain-Python modules of the project.
That folder is put behind everything else on Python's path: the real libraries come first wherever they are installed.
"""

from __future__ import annotations

import ast
import io
import zipfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

NAME = "epilwu-verify.pyz"
START = "epilwu.audit.standalone"

_BUNDLED = ("epilwu", "rfc8785", "base45")
_CURVE, _X509 = "epilwu.protocol.plain_curve", "epilwu.audit.plain_x509"
_DATA = {"epilwu.audit.verifying": ("checks.toml",)}
_PLAIN = {
    "nacl/__init__.py": "",
    "nacl/bindings.py": f"from {_CURVE} import *\n",
    "nacl/exceptions.py": f"from {_CURVE} import RuntimeError\n",
    "cryptography/__init__.py": "",
    "cryptography/exceptions.py": f"from {_X509} import InvalidSignature, UnsupportedAlgorithm\n",
    "cryptography/x509/__init__.py": f"from {_X509} import *\n",
    "cryptography/x509/oid.py": f"from {_X509} import ExtensionOID, NameOID, SignatureAlgorithmOID\n",
    "cryptography/hazmat/__init__.py": "",
    "cryptography/hazmat/primitives/__init__.py": "",
    "cryptography/hazmat/primitives/hashes.py": f"from {_X509} import SHA256\n",
    "cryptography/hazmat/primitives/serialization.py": f"from {_X509} import Encoding\n",
    "cryptography/hazmat/primitives/asymmetric/__init__.py": "",
    "cryptography/hazmat/primitives/asymmetric/ed25519.py": (
        f"from {_X509} import Ed25519PrivateKey, Ed25519PublicKey\n"
    ),
}
_DATE = (1980, 1, 1, 0, 0, 0)
_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = f"""import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "plain"))

if __name__ == "__main__":
    from {START} import main

    sys.exit(main())
"""


def build() -> bytes:
    """The file's bytes, from the modules that this very program would import."""
    members = {"__main__.py": _MAIN.encode()}
    for module in sorted(_reachable()):
        path, is_package = _source(module)
        inner = module.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        members[inner] = path.read_bytes()
        for name in _DATA.get(module, ()):
            members[module.replace(".", "/") + f"/{name}"] = (path.parent / name).read_bytes()
    members |= {f"plain/{name}": text.encode() for name, text in _PLAIN.items()}
    members |= _licences()
    target = io.BytesIO()
    target.write(_SHEBANG)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # whatever builds it, the entry says Unix
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, members[name])
    return target.getvalue()


def modules() -> tuple[str, ...]:
    """The names of the modules that the file holds."""
    return tuple(sorted(_reachable()))


def _reachable() -> set[str]:
    found: set[str] = set()
    pending = [START, _CURVE, _X509]
    while pending:
        module = pending.pop()
        if module in found:
            continue
        found.add(module)
        parts = module.split(".")
        pending += [".".join(parts[:length]) for length in range(1, len(parts))]
        pending += [name for name in _imports(module) if name.split(".")[0] in _BUNDLED]
    return found


def _imports(module: str) -> list[str]:
    """The modules that ``module`` names in its import statements, wherever they stand."""
    path, is_package = _source(module)
    package = module if is_package else module.rpartition(".")[0]
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]) if base else ".".join(above)
            names.append(base)
            names += [f"{base}.{alias.name}" for alias in node.names if _is_module(f"{base}.{alias.name}")]
    return names


def _is_module(name: str) -> bool:
    if name.split(".", maxsplit=1)[0] not in _BUNDLED:
        return False
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _source(module: str) -> tuple[Path, bool]:
    spec = find_spec(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise ModuleNotFoundError(f"{module} has no source to pack")
    return Path(spec.origin), spec.submodule_search_locations is not None


def _licences() -> dict[str, bytes]:
    """The licences of what is packed and not ours."""
    return {
        f"{package}/{file.name}": Path(str(file.locate())).read_bytes()
        for package in _BUNDLED[1:]
        for file in metadata.files(package) or []
        if file.name.startswith("LICEN")
    }
