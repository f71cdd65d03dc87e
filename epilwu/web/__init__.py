"""What the booth's, the server's and the auditor's pages share: templates, style, fonts, charts, headers. No CDN."""
