"""An authority of a test's own, and certificates by it, made with openssl as docs/operations tell an operator to."""

import subprocess

PATIENCE = 60  # seconds for one certificate


class Authority:
    """Makes certificates below a folder: ca.crt, and for each name NAME.crt and NAME.key."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "openssl.cnf").write_text("[req]\ndistinguished_name = dn\n[dn]\n")
        self._openssl("ca", "/CN=test authority", "basicConstraints=critical,CA:TRUE")

    def issue(self, name, subject, *extensions):
        self._openssl(name, subject, *extensions, "basicConstraints=critical,CA:FALSE", signer="ca")

    def _openssl(self, name, subject, *extensions, signer=None):
        command = ["openssl", "req", "-config", "openssl.cnf", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-noenc", "-days", "2", "-subj", subject, "-keyout", f"{name}.key",
                   "-out", f"{name}.crt"]
        for extension in extensions:
            command += ["-addext", extension]
        if signer:
            command += ["-CA", f"{signer}.crt", "-CAkey", f"{signer}.key"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=self.folder)
        assert done.returncode == 0, done.stderr
