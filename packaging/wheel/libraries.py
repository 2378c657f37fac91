"""How each C library inside a manylinux wheel is built: static, hardened, no more than is used.

`build(name, source, work)` leaves headers, an archive and a .pc file below `work.prefix`.
"""
from __future__ import annotations

import hashlib
import inspect
import os
import pathlib
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
TARGET = "x86_64-linux-gnu.2.17"
JOBS = 2

# -fno-sanitize: zig's compiler would trap on undefined behaviour of other people's code.
CFLAGS = ["-O2", "-fPIC", "-fno-sanitize=all", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2",
          "-ffunction-sections", "-fdata-sections", "-fvisibility=hidden"]
LDFLAGS = ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,--gc-sections", "-Wl,-s"]

PC = """\
prefix={prefix}
Name: {name}
Description: {name}, for the wheel
Version: {version}
Cflags: -I${{prefix}}/include
Libs: -L${{prefix}}/lib -l{library}
"""


class Work:
    """The folder in which all of it happens."""

    def __init__(self, folder: pathlib.Path, python: pathlib.Path, epoch: int):
        self.folder = folder
        self.prefix = folder / "prefix"
        self.licenses = folder / "licenses"
        self.bin = folder / "bin"
        self.env = {
            **{k: v for k, v in os.environ.items()
               if k in ("HOME", "PATH", "TMPDIR", "LANG") or k.endswith(("_proxy", "_PROXY"))},
            "LC_ALL": "C", "TZ": "UTC", "SOURCE_DATE_EPOCH": str(epoch),
            "ZIG_GLOBAL_CACHE_DIR": str(folder / "zig-cache"),
            "ZIG_LOCAL_CACHE_DIR": str(folder / "zig-cache"),
            "CC": str(self.bin / "cc"), "AR": str(self.bin / "ar"),
            "RANLIB": str(self.bin / "ranlib"),
            "CFLAGS": " ".join([*CFLAGS, f"-ffile-prefix-map={folder}=."]),
            "LDFLAGS": " ".join(LDFLAGS),
            "PKG_CONFIG_LIBDIR": str(self.prefix / "lib" / "pkgconfig"),
            "PKG_CONFIG_PATH": "",
        }
        for made in (self.bin, self.licenses, self.prefix / "include",
                     self.prefix / "lib" / "pkgconfig"):
            made.mkdir(parents=True, exist_ok=True)
        zig = f'exec "{python}" -m ziglang'
        for name, words in (("cc", f"cc -target {TARGET}"), ("ar", "ar"), ("ranlib", "ranlib")):
            (self.bin / name).write_text(f'#!/bin/sh\n{zig} {words} "$@"\n')
            (self.bin / name).chmod(0o755)

    def run(self, *command: object, cwd: pathlib.Path, **env: str) -> None:
        words = [str(c) for c in command]
        done = subprocess.run(words, cwd=cwd, env={**self.env, **env}, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise SystemExit(f"{done.stdout[-6000:]}\nfailed: {' '.join(words)}\n  in {cwd}")


def archive(work: Work, source: pathlib.Path, name: str, files: list[pathlib.Path],
            flags: list[str]) -> None:
    """Compiles files, in their order, into lib<name>.a."""
    objects = source / "objects"
    objects.mkdir(exist_ok=True)

    def one(path: pathlib.Path) -> pathlib.Path:
        made = objects / (str(path.relative_to(source)).replace("/", "-") + ".o")
        work.run(work.bin / "cc", *work.env["CFLAGS"].split(), *flags, "-c", path, "-o", made,
                 cwd=source)
        return made

    with ThreadPoolExecutor(JOBS) as pool:
        made = list(pool.map(one, files))
    target = work.prefix / "lib" / f"lib{name}.a"
    target.unlink(missing_ok=True)
    work.run(work.bin / "ar", "rcsD", target, *made, cwd=source)


def describe(work: Work, pc: str, library: str, version: str) -> None:
    text = PC.format(prefix=work.prefix, name=pc, library=library, version=version)
    (work.prefix / "lib" / "pkgconfig" / f"{pc}.pc").write_text(text)


def headers(work: Work, *files: pathlib.Path) -> None:
    for path in files:
        shutil.copy(path, work.prefix / "include")


def sources(folder: pathlib.Path, *patterns: str) -> list[pathlib.Path]:
    return sorted(p for pattern in patterns for p in folder.glob(pattern))


# --- one each --------------------------------------------------------------------------------

def zlib(work: Work, source: pathlib.Path, version: str) -> None:
    archive(work, source, "z", sources(source, "*.c"), ["-DHAVE_UNISTD_H", "-DHAVE_STDARG_H"])
    headers(work, source / "zlib.h", source / "zconf.h")
    describe(work, "zlib", "z", version)


def libzstd(work: Work, source: pathlib.Path, version: str) -> None:
    lib = source / "lib"
    files = sources(lib, "common/*.c", "compress/*.c", "decompress/*.c", "decompress/*.S")
    archive(work, source, "zstd", files, ["-DXXH_NAMESPACE=ZSTD_"])
    headers(work, lib / "zstd.h", lib / "zstd_errors.h")
    describe(work, "libzstd", "zstd", version)


def jansson(work: Work, source: pathlib.Path, version: str) -> None:
    text = (source / "src/jansson_config.h.in").read_text().replace("@json_inline@", "inline")
    (source / "src/jansson_config.h").write_text(re.sub(r"@json_have_\w+@", "1", text))
    (source / "src/jansson_private_config.h").touch()
    archive(work, source, "jansson", sources(source, "src/*.c"),
            [f"-I{source}/src", "-DHAVE_STDINT_H", "-DHAVE_LOCALE_H", "-DHAVE_SETLOCALE",
             "-DHAVE_FCNTL_H", "-DHAVE_SCHED_YIELD", "-DHAVE_GETTIMEOFDAY", "-DHAVE_UNISTD_H",
             "-DHAVE_SYS_TIME_H", "-DHAVE_SYS_TYPES_H", "-DHAVE_SYS_STAT_H", "-DHAVE_GETPID",
             "-DHAVE_OPEN", "-DHAVE_READ", "-DHAVE_CLOSE", "-DUSE_URANDOM"])
    headers(work, source / "src" / "jansson.h", source / "src" / "jansson_config.h")
    describe(work, "jansson", "jansson", version)


def expat(work: Work, source: pathlib.Path, version: str) -> None:
    lib = source / "expat" / "lib"
    (lib / "expat_config.h").touch()
    files = [lib / f"{name}.c" for name in ("xmlparse", "xmlrole", "xmltok")]
    archive(work, source, "expat", files,
            [f"-I{lib}", "-DHAVE_SYSCALL_GETRANDOM", "-DXML_DEV_URANDOM", "-DXML_NS", "-DXML_DTD",
             "-DXML_GE=1", "-DXML_CONTEXT_BYTES=1024", "-DBYTEORDER=1234"])
    headers(work, lib / "expat.h", lib / "expat_external.h")
    describe(work, "expat", "expat", version)


def sqlite3(work: Work, source: pathlib.Path, version: str) -> None:
    """The one file that SQLite recommends, made by its own scripts (they need tclsh)."""
    work.run("./configure", "--disable-shared", "--disable-tcl", "--disable-readline", cwd=source)
    work.run("make", "sqlite3.c", "sqlite3.h", cwd=source)
    archive(work, source, "sqlite3", [source / "sqlite3.c"],
            ["-DSQLITE_THREADSAFE=1", "-DSQLITE_USE_URI", "-DSQLITE_SECURE_DELETE",
             "-DSQLITE_ENABLE_MATH_FUNCTIONS", "-DSQLITE_MAX_VARIABLE_NUMBER=250000",
             "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_TEMP_STORE=1", "-DHAVE_FDATASYNC",
             "-DHAVE_USLEEP", "-DHAVE_LOCALTIME_R", "-DHAVE_GMTIME_R"])
    headers(work, source / "sqlite3.h")
    describe(work, "sqlite3", "sqlite3", version)


def ncurses(work: Work, source: pathlib.Path, version: str) -> None:
    """Finds the terminals of any distribution, and knows the usual ones by itself."""
    work.run(
        "./configure", f"--prefix={work.prefix}", "--enable-widec", "--without-shared",
        "--without-debug", "--without-ada", "--without-cxx", "--without-cxx-binding",
        "--without-manpages", "--without-progs", "--without-tests", "--disable-db-install",
        "--without-gpm", "--without-dlsym", "--disable-stripping", "--enable-pc-files",
        "--with-pkg-config-libdir=" + str(work.prefix / "lib" / "pkgconfig"),
        "--with-default-terminfo-dir=/usr/share/terminfo",
        "--with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo:"
        "/usr/lib/terminfo:/usr/local/share/terminfo",
        "--with-fallbacks=xterm-256color,xterm,screen-256color,screen,tmux-256color,tmux,linux,"
        "vt100,vt220,ansi,rxvt,alacritty,foot", cwd=source)
    work.run("make", f"-j{JOBS}", "libs", cwd=source)
    work.run("make", "install.libs", "install.includes", cwd=source)


def libmicrohttpd(work: Work, source: pathlib.Path, version: str) -> None:
    work.run("./configure", f"--prefix={work.prefix}", "--disable-shared", "--enable-static",
             "--disable-https", "--disable-doc", "--disable-examples", "--disable-tools",
             "--disable-curl", "--disable-nls", "--disable-bauth", "--disable-dauth",
             "--disable-httpupgrade", cwd=source)
    work.run("make", f"-j{JOBS}", "-C", "src/microhttpd", "install", cwd=source)
    work.run("make", "-C", "src/include", "install", cwd=source)
    work.run("make", "install-pkgconfigDATA", cwd=source)


def mbedtls(work: Work, source: pathlib.Path, version: str) -> None:
    third = source / "3rdparty"
    files = sources(source, "library/*.c") + [
        third / "everest/library/everest.c", third / "everest/library/x25519.c",
        third / "everest/library/Hacl_Curve25519_joined.c", third / "p256-m/p256-m/p256-m.c",
        third / "p256-m/p256-m_driver_entrypoints.c"]
    include = ["-I" + str(p) for p in (
        source / "include", source / "library", third / "everest/include",
        third / "everest/include/everest", third / "everest/include/everest/kremlib",
        third / "p256-m/p256-m/include", third / "p256-m/p256-m/include/p256-m",
        third / "p256-m")]
    archive(work, source, "mbedtls", files, include)
    for name in ("mbedx509", "mbedcrypto"):  # libcurl asks for all three
        (work.prefix / "lib" / f"lib{name}.a").write_text("!<arch>\n")
    for name in ("mbedtls", "psa"):
        shutil.copytree(source / "include" / name, work.prefix / "include" / name,
                        dirs_exist_ok=True)


def curl(work: Work, source: pathlib.Path, version: str) -> None:
    """HTTP and HTTPS only, as a library of its own that is loaded where the host has none."""
    found = f"-include {HERE / 'ca-file.h'} -I{work.prefix / 'include'}"
    off = ("alt-svc ares cookies-no dict doh ftp file gopher hsts imap ipfs ldap ldaps manual mqtt "
           "netrc ntlm pop3 rtsp smb smtp telnet tftp tls-srp unix-sockets websockets docs "
           "libcurl-option kerberos-auth negotiate-auth aws bearer-auth form-api mime")
    without = "brotli libpsl nghttp2 libidn2 librtmp libssh2 zstd libgsasl ca-bundle ca-path"
    work.run("./configure", f"--prefix={work.prefix}", "--disable-shared", "--enable-static",
             f"--with-mbedtls={work.prefix}", f"--with-zlib={work.prefix}",
             *(f"--disable-{name}" for name in off.split() if not name.endswith("-no")),
             *(f"--without-{name}" for name in without.split()), cwd=source, CPPFLAGS=found,
             CFLAGS=work.env["CFLAGS"].replace("=hidden", "=default"))
    work.run("make", f"-j{JOBS}", "-C", "lib", "install", cwd=source)
    work.run("make", "-C", "include", "install", cwd=source)
    describe(work, "libcurl", "curl", version)


def shared_curl(work: Work, names: list[str], made: pathlib.Path) -> None:
    """libcurl-gramme.so.4: libcurl, zlib and mbedTLS, and of all that the calls of `names`."""
    script = work.folder / "curl.sym"
    script.write_text("{ global: " + " ".join(f"{n};" for n in names) + " local: *; };\n")
    lib = work.prefix / "lib"
    work.run(work.bin / "cc", *work.env["CFLAGS"].split(), "-shared", "-o", made,
             f"-Wl,-soname,{made.name}", f"-Wl,--version-script={script}",
             HERE / "ca-file.c", "-Wl,--whole-archive", lib / "libcurl.a",
             "-Wl,--no-whole-archive", lib / "libmbedtls.a", lib / "libz.a", "-lpthread",
             *LDFLAGS, cwd=work.folder)
    said = subprocess.run(["readelf", "-W", "--dyn-syms", made], stdout=subprocess.PIPE, text=True)
    gone = [n for n in names if not re.search(rf"\d+ {n}(@|$)", said.stdout, re.M)]
    if gone:
        raise SystemExit(f"{made.name} lacks {', '.join(gone)}")


RECIPES = {  # in the order in which they need each other
    "zlib": (zlib, ["LICENSE"]),
    "libzstd": (libzstd, ["LICENSE"]),
    "jansson": (jansson, ["LICENSE"]),
    "expat": (expat, ["COPYING", "expat/COPYING"]),
    "sqlite3": (sqlite3, ["LICENSE.md"]),
    "ncurses": (ncurses, ["COPYING"]),
    "libmicrohttpd": (libmicrohttpd, ["COPYING"]),
    "mbedtls": (mbedtls, ["LICENSE"]),
    "curl": (curl, ["COPYING"]),
}


def key(name: str) -> str:
    """Changes when the way a library is built does."""
    return hashlib.sha256((inspect.getsource(RECIPES[name][0]) + inspect.getsource(archive)
                           + TARGET + " ".join([*CFLAGS, *LDFLAGS])).encode()).hexdigest()


def build(work: Work, name: str, source: pathlib.Path, version: str) -> None:
    recipe, licenses = RECIPES[name]
    recipe(work, source, version)
    text = next(source / path for path in licenses if (source / path).exists())
    shutil.copy(text, work.licenses / f"{name}.txt")
