"""The auditor's web app: one case, on the auditor's own laptop, without a network. Thin over ``epilwu.audit.case``."""
