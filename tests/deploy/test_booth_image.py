"""The booth's image: units that systemd accepts, settings that parse, a recipe that shells accept."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BOOTH = Path(__file__).parents[2] / "deploy" / "booth"
UNITS = sorted((BOOTH / "files/etc/systemd/system").iterdir())
OURS = ("/opt/epilwu/bin/epilwu", "/usr/bin/cage")


def unit(name: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(BOOTH / "files/etc/systemd/system" / name, "utf-8")
    return parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    folder = tmp_path / "etc/systemd/system"
    shutil.copytree(BOOTH / "files/etc/systemd/system", folder)
    for program in OURS:  # not installed here; everything else about the units is looked at
        path = tmp_path / program.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    command = ["systemd-analyze", "verify", "--man=no", f"--root={tmp_path}", *(path.name for path in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if any(path.name in line for path in UNITS)]
    assert (done.returncode, said) == (0, []), done.stderr


def test_browser_and_booth_share_a_network_that_leads_nowhere() -> None:
    kiosk, booth = unit("epilwu-kiosk.service"), unit("epilwu-booth.service")
    assert kiosk["Unit"]["JoinsNamespaceOf"] == "epilwu-booth.service"
    assert kiosk["Service"]["PrivateNetwork"] == booth["Service"]["PrivateNetwork"] == "yes"
    assert kiosk["Service"]["User"] != booth["Service"]["User"]
    assert kiosk["Service"]["InaccessiblePaths"].split() == ["/srv/epilwu", "/etc/epilwu"]


def test_the_booth_starts_again_however_it_ended() -> None:
    for name in ("epilwu-booth.service", "epilwu-kiosk.service"):
        service = unit(name)
        assert service["Service"]["Restart"] == "always"
        assert service["Unit"]["StartLimitIntervalSec"] == "0"


def test_a_missing_medium_does_not_keep_the_booth_from_saying_so() -> None:
    booth = unit("epilwu-booth.service")["Unit"]
    assert "Requires" not in booth
    assert "RequiresMountsFor" not in booth


def test_no_secret_and_no_code_is_given_on_a_command_line() -> None:
    text = (BOOTH / "files/etc/epilwu/booth.conf").read_text("utf-8") + unit("epilwu-booth.service")["Service"][
        "ExecStart"
    ]
    assert not re.search(r"--(?:pin|code|kode|passphrase)", text)


def test_the_browser_may_open_the_booth_s_page_alone() -> None:
    policy = json.loads((BOOTH / "files/etc/chromium/policies/managed/epilwu.json").read_text("utf-8"))
    address = policy["URLAllowlist"]
    assert policy["URLBlocklist"] == ["*"]
    browser = (BOOTH / "files/usr/local/lib/epilwu/kiosk-browser").read_text("utf-8")
    assert address == [re.findall(r"http://(\S+)/", browser)[0]]
    assert policy["DeveloperToolsAvailability"] == policy["IncognitoModeAvailability"] == 2


def test_the_log_stays_in_memory() -> None:
    assert "\nStorage=volatile\n" in (BOOTH / "files/etc/systemd/journald.conf.d/epilwu.conf").read_text("utf-8")


def test_the_power_key_does_nothing() -> None:
    lines = (BOOTH / "files/etc/systemd/logind.conf.d/epilwu.conf").read_text("utf-8").splitlines()
    assert "HandlePowerKey=ignore" in lines
    assert "HandlePowerKeyLongPress=ignore" in lines


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing_in_the_recipe() -> None:
    scripts = [*BOOTH.glob("*.sh"), BOOTH / "name-device", BOOTH / "files/usr/local/lib/epilwu/kiosk-browser"]
    done = subprocess.run(["shellcheck", *map(str, scripts)], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_a_device_keeps_its_name_by_its_socket(tmp_path: Path) -> None:
    """udevadm is stood in for by a script that answers as it does; nothing of this machine's udev is changed."""
    udevadm = tmp_path / "bin" / "udevadm"
    udevadm.parent.mkdir()
    udevadm.write_text(
        '#!/bin/sh\n[ "$1" = info ] && echo "ID_PATH=pci-0000:00:14.0-usb-0:${3#--name=/dev/tty}:1.0"\nexit 0\n'
    )
    udevadm.chmod(0o755)
    rules = tmp_path / "61.rules"
    env = {"PATH": f"{udevadm.parent}:/usr/bin:/bin", "EPILWU_RULES": str(rules)}
    for name, device in (("printer", "USB0"), ("pemindai", "USB1"), ("printer", "USB2"), ("printer", "USB2")):
        command = ["sh", str(BOOTH / "name-device"), name, f"/dev/tty{device}"]
        subprocess.run(command, env=env, check=True, capture_output=True)
    lines = rules.read_text("utf-8").splitlines()
    assert [re.findall(r'SYMLINK\+="([a-z-]+)"', line)[0] for line in lines] == ["epilwu-pemindai", "epilwu-printer"]
    assert "usb-0:USB2:1.0" in lines[1]
    wrong = subprocess.run(["sh", str(BOOTH / "name-device"), "layar", "/dev/ttyUSB0"], env=env, check=False)
    assert wrong.returncode == 2
