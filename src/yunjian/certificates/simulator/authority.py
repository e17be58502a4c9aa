"""A certificate authority for the demo and for tests, kept by the `openssl` program.

It makes keys, certificates and revocation lists in files below one folder. Never use it for
anything else: the keys lie there unprotected.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from yunjian.certificates.core.certificate import DEMO_MARK

Algorithm = Literal["sm2", "rsa", "ec"]

# who signs with SM2 mixes an identity into the digest; this is the one that GM/T 0009 gives
DISTID = "distid:1234567812345678"
_KEY_OPTIONS: dict[Algorithm, list[str]] = {
    "sm2": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"],
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
}
_CONFIGURATION = """\
[ca]
default_ca = authority
[authority]
database = {folder}/index.txt
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}/issued
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = {digest}
unique_subject = no
policy = anything
string_mask = utf8only
[anything]
C = optional
ST = optional
L = optional
O = optional
OU = optional
CN = optional
serialNumber = optional
organizationIdentifier = optional
[req]
prompt = no
distinguished_name = empty
string_mask = utf8only
[empty]
"""
# what its certificates look like, for whoever trusts it; the three names below agree with it
PROFILE = Path(__file__).with_name("profile.toml")
USCC_EXTENSION = "1.2.156.112570.11.210"
ORGANIZATION_POLICY, PERSONAL_POLICY = "2.999.1.1", "2.999.1.2"
EXTENSIONS = "extensions"  # the section of the configuration
CA_EXTENSIONS = (
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign",
    "subjectKeyIdentifier=hash",
)
LEAF_EXTENSIONS = (
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature,nonRepudiation",
    "extendedKeyUsage=clientAuth",
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid:always",
    f"certificatePolicies={ORGANIZATION_POLICY}",
)


class OpensslFailed(RuntimeError):
    """The `openssl` program is not there, or did not do what it was asked for."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


def has_openssl() -> bool:
    """Tell whether the program is installed."""
    return shutil.which("openssl") is not None


def openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    """Run the program and return what it writes.

    Raises:
        OpensslFailed: it is not installed, or ended with an error (its words are the message).
    """
    program = shutil.which("openssl")
    if program is None:
        raise OpensslFailed("openssl is not installed")
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [program, *map(str, arguments)], input=given, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise OpensslFailed(done.stderr.decode(errors="replace").strip()[-2000:])
    return done.stdout


def make_key(path: Path, algorithm: Algorithm, *options: str) -> Path:
    """Make a private key that only its owner may read; `options` replace the usual ones."""
    openssl("genpkey", *(options or _KEY_OPTIONS[algorithm]), "-out", path)
    path.chmod(0o600)
    return path


class Authority:
    """One authority: its folder holds key, certificate and the register of what it issued."""

    def __init__(self, folder: Path, algorithm: Algorithm) -> None:
        self.folder = folder
        self.algorithm: Algorithm = algorithm
        self.certificate = folder / "ca.pem"
        self.key = folder / "ca.key"

    @classmethod
    def root(
        cls,
        folder: Path,
        algorithm: Algorithm,
        subject: str = f"/C=CN/O=Yunjian/OU={DEMO_MARK}/CN=Demo Root",
        *,
        extensions: Sequence[str] = CA_EXTENSIONS,
    ) -> "Authority":
        """Make an authority that vouches for itself."""
        made = cls._prepared(folder, algorithm)
        key, begin = make_key(made.key, algorithm), datetime.now(tz=UTC) - timedelta(days=400)
        end = begin + timedelta(days=4050)
        made._sign(key, subject, made.certificate, extensions, (begin, end), "-selfsign")  # noqa: SLF001 - its own
        return made

    def subordinate(
        self,
        folder: Path,
        subject: str,
        *,
        extensions: Sequence[str] = CA_EXTENSIONS,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> "Authority":
        """Make an authority that this one vouches for."""
        made = self._prepared(folder, self.algorithm)
        key, now = make_key(made.key, self.algorithm), datetime.now(tz=UTC)
        begin, end = now - timedelta(days=300), now + timedelta(days=3000)
        valid = not_before or begin, not_after or end
        self._sign(key, subject, made.certificate, extensions, valid)
        return made

    def issue(
        self,
        name: str,
        subject: str,
        *,
        extensions: Sequence[str] = LEAF_EXTENSIONS,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        key: Path | None = None,
        digest: str = "",
    ) -> Issued:
        """Issue a certificate; `name` names its files, `extensions` are lines of openssl's."""
        key = key or make_key(self.folder / f"{name}.key", self.algorithm)
        path, now = self.folder / f"{name}.pem", datetime.now(tz=UTC)
        begin, end = now - timedelta(days=30), now + timedelta(days=700)
        valid = not_before or begin, not_after or end
        options = ["-md", digest] if digest else []
        self._sign(key, subject, path, extensions, valid, *options)
        return Issued(path, key)

    def revoke(self, issued: Issued) -> None:
        """Enter a certificate among the revoked ones."""
        self._ca("-revoke", issued.certificate)

    def revocation_list(
        self,
        path: Path,
        *,
        last_update: datetime | None = None,
        next_update: datetime | None = None,
        extensions: Sequence[str] = ("authorityKeyIdentifier=keyid:always",),
    ) -> Path:
        """Write the list of revoked certificates (PEM)."""
        last = last_update or datetime.now(tz=UTC) - timedelta(minutes=5)
        self._ca(
            "-gencrl",
            "-crlexts", EXTENSIONS,
            "-crl_lastupdate", _moment(last),
            "-crl_nextupdate", _moment(next_update or last + timedelta(days=30)),
            "-out", path,
            extensions=extensions,
        )  # fmt: skip
        return path

    # --- how it is done --------------------------------------------------------------------------

    @classmethod
    def _prepared(cls, folder: Path, algorithm: Algorithm) -> "Authority":
        made = cls(folder, algorithm)
        (folder / "issued").mkdir(parents=True)
        folder.chmod(0o700)
        (folder / "index.txt").touch()
        (folder / "crlnumber").write_text("01\n")
        return made

    def _configuration(self, extensions: Sequence[str] = ()) -> Path:
        """Write the configuration anew: the folder may have been moved."""
        path = self.folder / "ca.cnf"
        digest = "sm3" if self.algorithm == "sm2" else "sha256"
        text = _CONFIGURATION.format(folder=self.folder, digest=digest)
        path.write_text("\n".join([text, f"[{EXTENSIONS}]", *extensions, ""]), encoding="utf-8")
        return path

    def _sign(
        self,
        key: Path,
        subject: str,
        path: Path,
        extensions: Sequence[str],
        valid: tuple[datetime, datetime],
        *options: str,
    ) -> None:
        """Have a certificate asked for and sign it."""
        sm2 = self.algorithm == "sm2"
        request = openssl(
            "req", "-new", "-utf8",
            "-config", self._configuration(),
            "-key", key,
            "-subj", subject,
            *(["-sm3", "-sigopt", DISTID] if sm2 else ["-sha256"]),
        )  # fmt: skip
        self._ca(
            "-batch", "-notext", "-utf8", "-preserveDN", "-rand_serial",
            "-in", "/dev/stdin",
            "-out", path,
            "-extensions", EXTENSIONS,
            "-startdate", _moment(valid[0]),
            "-enddate", _moment(valid[1]),
            *(["-vfyopt", DISTID] if sm2 else []),
            *options,
            extensions=extensions,
            given=request,
        )  # fmt: skip

    def _ca(
        self, *arguments: str | Path, extensions: Sequence[str] = (), given: bytes = b""
    ) -> None:
        signing = ["-sigopt", DISTID] if self.algorithm == "sm2" else []
        configuration = self._configuration(extensions)
        openssl("ca", "-config", configuration, *signing, *arguments, given=given)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
