"""Texts of a client that may be kept in clear, and their shapes

The client writes its user agent and its path, so a token, an address or an e-mail may occur anywhere in
them. No column of the lake stores such a text unchanged. The following table lists everything that may be
kept:
==============================================================  =============================================
column                                                          what is kept
==============================================================  =============================================
``sharing``, ``tool``, ``python``, ``os``, ``libc``,            words of the census's own lists
``product``, ``extension``
``distro``, ``solver``                                          a known name, else ``other``
``tool_version``, ``python_version``, ``os_version``,           a version, else null
``distro_version``, ``libc_version``, ``solver_version``,
``plugin_version``
``channel``                                                     a name without a secret, else ``other``
``subdir``, ``name``, ``version`` of a package                  the grammar of CEP 26 without a secret, else
                                                                the path is no package
``build``                                                       words, numbers and hashes, else ``other``
``version`` of an installer                                     as that of a package, else null
``platform``                                                    a known machine, else ``other`` in its place
==============================================================  =============================================
"""

from __future__ import annotations

__all__ = [
    "ADDRESSES",
    "IDENTIFIERS",
    "ISSUED",
    "MACHINES",
    "kept_build_sql",
    "kept_installer_version_sql",
    "kept_name_sql",
    "kept_package_version_sql",
    "kept_version_sql",
    "may_hold_secret_sql",
]

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[0-9]{1,2})"
_WITH_HYPHENS = f"{_OCTET}(?:-{_OCTET}){{3}}"
_IPV4 = "|".join((f"{_OCTET}(?:[.]{_OCTET}){{3}}", f"{_OCTET}(?:_{_OCTET}){{3}}", _WITH_HYPHENS))
#: IPv4, also in the form used in host names (``ip-192-0-2-1``), and IPv6 and Ethernet with hyphens.
ADDRESSES = (
    _IPV4,
    r"(?:^|[^0-9A-Za-z])(?:[0-9a-fA-F]{1,4}-){5,7}[0-9a-fA-F]{1,4}(?:$|[^0-9A-Za-z])",
)
#: UUIDs.
IDENTIFIERS = (r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}",)
#: Prefixes of the tokens that services issue, at any position in a text.
ISSUED = (
    (
        r"(?:^|[^0-9A-Za-z])(?:gh[opsur]_|github_pat_|glpat-|xox[a-z]-|AKIA|ASIA|AIza|eyJ|ya29[.]|hvs[.])"
        r"[0-9A-Za-z_-]{8}"
    ),
    r"(?:^|[^0-9A-Za-z])tk-[0-9A-Za-z]*[0-9][0-9A-Za-z]*-",
)

# --- versions in a user agent: numbers first, then numbers and short words of one case
_NUMBER = "[0-9]{1,8}|20[0-9]{8,12}"  # at most a day and a time
_WORD = "(?:[a-z]{1,12}|[A-Z]{1,9}|[A-Z][a-z]{1,11})"
_PARTS = (
    _NUMBER,
    f"[0-9]{{0,4}}{_WORD}[0-9]{{0,4}}",  # rc1, 0rc1, el7, amzn2, WSL2, generic
    "[a-z]{1,8}[0-9]{1,3}[a-z]{1,8}[0-9]{0,3}",  # el8uek
    f"(?:dev|post|build|git|rc|r|p|b)(?:{_NUMBER})",
    "g?[0-9a-f]{7,12}",  # the short hash of a commit
)
_PART = f"(?:{'|'.join(_PARTS)})"
_FIRST = f"[vV]?(?:{_NUMBER}|[0-9]{{1,4}}{_WORD}[0-9]{{0,4}}|20[0-9]{{2}}ServerR2)"
_VERSION = f"{_FIRST}(?:[.!+_~-]{_PART}){{0,15}}[+]?"
#: Releases that have a name instead of a number, and the words that programs use if they do not know it.
_NAMED_VERSIONS = (
    *("squeeze", "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "sid"),
    *("testing", "unstable", "rolling", "rawhide", "tumbleweed", "latest", "unknown", "FreeBSD"),
)
#: Versions of four numbers that look like an address but that programs really send: browsers send zeros
#: for the last two; WSL, Oracle's kernels and conda's development versions have shapes of their own.
_NO_ADDRESS = (
    r"[0-9]+[.][0-9]+[.]0[.]0|0[.][0-9]+[.][0-9]+[.][0-9]+"
    r"|[0-9]+[.][0-9]+[.][0-9]+-[0-9]{1,4}(?:[.][0-9]{1,3}){3}[.]el[0-9]{1,2}uek[.](?:x86_64|aarch64)"
    r"|[0-9](?:[.][0-9]+){3}(?:-microsoft-standard(?:-WSL2)?[+]?|_g[0-9a-f]{7,12})"
)

# --- names in a user agent
_DISTROS = """
    aix almalinux alpine altlinux amazon-linux amzn anolis antergos arch archarm archlinux arcolinux
    artix bazzite blackarch bottlerocket buildroot cachyos centos centos-linux centos-stream chimera
    chromeos clear-linux-os cloudlinux cos cumulus-linux darwin debian debian-gnu-linux deepin devuan
    elementary endeavouros euleros exherbo fedora fedora-linux flatcar freebsd funtoo garuda gentoo guix
    hpecray kali kylin linux linuxmint macos mageia mandriva manjaro manjaro-arm mariner azurelinux mint
    miracle-linux msys neon netbsd nixos nobara ol openbsd openeuler openmandriva opensuse opensuse-leap
    opensuse-tumbleweed oracle osx parabola parrot pclinuxos photon pld poky pop postmarketos puppy
    pureos raspbian redhat rhel rocky rosa scientific slackware sled sles sles_sap solus steamos sunos
    suse tencentos trisquel ubuntu ultramarine uos virtuozzo void wind-river windows wolfi wrlinux
    xenenterprise zorin
"""
# Old versions of conda send whole names.
_OLD_DISTROS = (
    *("Amazon Linux", "Amazon Linux AMI", "Amazon Linux release"),
    *("Arch Linux", "CentOS Linux", "CentOS Stream"),
    *("Debian GNU", "Fedora Linux", "Linux Mint"),
    *("Oracle Linux Server", "Red Hat Enterprise Linux", "Red Hat Enterprise Linux AS"),
    *(
        "Red Hat Enterprise Linux Client",
        "Red Hat Enterprise Linux ComputeNode",
        "Red Hat Enterprise Linux ES",
    ),
    *("Red Hat Enterprise Linux Server", "Red Hat Enterprise Linux Workstation", "Rocky Linux"),
    *("SUSE Linux Enterprise Desktop", "SUSE Linux Enterprise Server", "Scientific Linux"),
    *("Scientific Linux CERN SLC", "openSUSE", "openSUSE Leap"),
    *("openSUSE project", "elementary OS"),
)
_NAMES = {
    "distro": sorted({*_DISTROS.split(), *(name.lower() for name in _OLD_DISTROS)}),
    "solver": ["classic", "libmamba", "pycosat", "rattler", "resolvo"],
}
#: Machines for which there are installers.
MACHINES = (
    *("x86", "x86_64", "i386", "i686", "amd64", "arm64", "aarch64", "armv6l", "armv7l", "ppc64", "ppc64le"),
    *("s390x", "riscv64", "loongarch64", "universal", "universal2", "sparc", "sparc64"),
)

# --- names of packages: a delivered package is a file of the repository, which chose the words in its name
_LONG_HASH = "[0-9a-f]{16,}"
#: Random text in lower case switches between digits and letters more often than names do.
_LONG_RUN, _CHANGE = "[0-9a-z]{22,}", "[0-9][a-z]"
#: Many packages have versions of four small numbers. Four numbers that begin unlike them are an address.
_PACKAGE_ADDRESS = rf"(?:^|[^0-9])(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9])(?:[.]{_OCTET}){{3}}"
_BUILD_PART = (
    "(?:[0-9a-z]{1,32}|[0-9A-Z]{1,12}|[0-9]{0,4}[A-Z]?[a-z]{2,15}(?:[A-Z][a-z]{2,15}){0,2}[0-9]{0,4})"
)
_BUILD = f"[_.+]*(?:{_BUILD_PART}(?:[_.+]+{_BUILD_PART})*)?[_.+]*"
#: Pattern that few file names match. All other file names cost only this one pattern.
_RARE = (
    "[A-Z]|[0-9a-f]{16}|[0-9a-z]{22}|(?:[0-9]{1,3}[.]){3}[0-9]|(?:[0-9]{1,3}_){3}[0-9]|(?:[0-9]{1,3}-){3}[0-9]"
    "|(?:[0-9a-f]{1,4}-){4}|tk-|gh[opsur]_|github_pat_|glpat-|xox[a-z]-"
)


def _any(*patterns: str) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


_SECRET = _any(*ADDRESSES, *IDENTIFIERS, *ISSUED)


def _has_hash(text: str) -> str:
    """Return SQL that is true if the text has 16 hexadecimal digits in a row, one of them a letter."""
    return f"regexp_matches(regexp_extract({text}, '{_LONG_HASH}'), '[a-f]')"


def kept_version_sql(text: str) -> str:
    """Return SQL for a version in a user agent, null if the text does not have the shape of a version."""
    # Debian's testing calls itself bookworm/sid before it is released.
    words = ", ".join(f"'{word}', '{word}/sid'" for word in _NAMED_VERSIONS)
    joined = f"regexp_replace({text}, '[_-]', '', 'g')"
    return f"""CASE
        WHEN {text} IN ({words}) THEN {text}
        WHEN strlen({text}) > 64 OR NOT regexp_full_match({text}, '{_VERSION}') THEN NULL
        WHEN regexp_matches({text}, '{_SECRET}') AND NOT regexp_full_match({text}, '{_NO_ADDRESS}') THEN NULL
        WHEN {_has_hash(joined)} THEN NULL
        ELSE {text} END"""


def kept_name_sql(column: str, text: str) -> str:
    """Return SQL for a name in ``column`` (``distro`` or ``solver``), ``other`` if the name is not known."""
    known = ", ".join(f"'{name}'" for name in _NAMES[column])
    return f"CASE WHEN lower({text}) IN ({known}) THEN {text} WHEN {text} <> '' THEN 'other' END"


def may_hold_secret_sql(file: str) -> str:
    """Return SQL that is true if a file name needs a closer check; it is false for most file names."""
    return f"regexp_matches({file}, '{_RARE}')"


def kept_package_version_sql(name: str, version: str, build: str) -> str:
    """Return SQL for the version of a package, null if it or the name of the package may be a secret.

    The full hash of a commit is shortened to its first seven digits, as git does.
    """
    stem = f"{name} || '-' || {version} || '-' || {build}"
    shortened = f"""if({_has_hash(version)},
        regexp_replace({version}, '([0-9a-f]{{7}})[0-9a-f]{{9,}}', '\\1', 'g'), {version})"""
    run = f"regexp_extract({name} || '-' || {version}, '{_LONG_RUN}')"
    return f"""CASE
        WHEN regexp_matches({stem}, '{_any(_WITH_HYPHENS, *IDENTIFIERS, *ISSUED, *ADDRESSES[1:])}') THEN NULL
        WHEN regexp_matches({name}, '{_SECRET}') OR {_has_hash(name)} THEN NULL
        WHEN regexp_matches({version}, '{_PACKAGE_ADDRESS}') THEN NULL
        WHEN len(regexp_extract_all({run}, '{_CHANGE}')) >= 4 AND NOT {_has_hash(run)} THEN NULL
        ELSE {shortened} END"""


def kept_installer_version_sql(version: str) -> str:
    """Return SQL for the version of an installer, without the Python before it; null if it is not one."""
    return f"""if(regexp_full_match({version}, '[0-9](?:[.][0-9]{{1,2}}){{3}}'), {version},
        {kept_version_sql(version)})"""


def kept_build_sql(build: str) -> str:
    """Return SQL for a build string, ``other`` if it may be a secret."""
    return f"""if(
        (strlen({build}) < 8 OR regexp_full_match({build}, '{_BUILD}')) AND NOT {_has_hash(build)}
            AND NOT regexp_matches({build}, '{_SECRET}'), {build}, 'other')"""
