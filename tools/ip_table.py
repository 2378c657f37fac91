"""The form of data/ip_country.bin, which src/place/ip-country.c searches as it lies.

Numbers are little-endian. Each part follows the one before:
  "gip1", u32 entries of IPv4, u32 entries of IPv6, u16 countries, u16 tops
  countries * 2 letters; number 0 is "--", nobody's
  4096 * u32: the first entry of every sixteenth IPv4 /16
  65536 * u8: entries of each IPv4 /16
  IPv4 entries: u8 third byte of the address, u8 country
  tops: u16 first two bytes of an IPv6 address, u32 its first entry
  IPv6 entries: u16 second two bytes, u8 country
An entry holds from its block (IPv4 /24, IPv6 /32) up to the next entry's.
"""
import bisect
import ipaddress
import struct

HEADER = struct.Struct("<4sIIHH")
BITS = {4: 24, 6: 32}  # a block's prefix

# What nobody announces (IANA, special-purpose registries), or what carries another address
# inside: no country is told for it. Of IPv6 only 2000::/3 is ever announced.
NOBODYS = [ipaddress.ip_network(n) for n in (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
    "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
    "224.0.0.0/3 ::/3 2001::/23 2001:db8::/32 2002::/16 3fff::/20 4000::/2 8000::/1").split()]


def told_of_nobodys(version, begin, end):
    """Whether one of the blocks begin..end, without the last, may be in no country."""
    drop = (32 if version == 4 else 128) - BITS[version]
    return any(int(n.network_address) >> drop < end and begin <= int(n.broadcast_address) >> drop
               for n in NOBODYS if n.version == version)


def pack(entries):
    """entries: {4: [(block, country)], 6: likewise}, ascending; country "--" for nobody's."""
    names = ["--"] + sorted({c for part in entries.values() for _, c in part} - {"--"})
    number = {name: i for i, name in enumerate(names)}
    if len(names) > 256:
        raise ValueError("more countries than a byte can number")
    count = [0] * 65536
    for block, _ in entries[4]:
        count[block >> 8] += 1
    if max(count) > 255:
        raise ValueError("a /16 with more entries than a byte can count")
    first, at = [], 0
    for i in range(65536):
        if i % 16 == 0:
            first.append(at)
        at += count[i]
    tops = {}
    for i, (block, _) in enumerate(entries[6]):
        tops.setdefault(block >> 16, i)
    return b"".join([
        HEADER.pack(b"gip1", len(entries[4]), len(entries[6]), len(names), len(tops)),
        "".join(names).encode("ascii"),
        struct.pack("<4096I", *first), bytes(count),
        b"".join(bytes((block & 255, number[c])) for block, c in entries[4]),
        b"".join(struct.pack("<HI", *top) for top in sorted(tops.items())),
        b"".join(struct.pack("<HB", block & 65535, number[c]) for block, c in entries[6]),
    ])


class Packed:
    """Reads it back; ValueError for what is not of that form."""

    def __init__(self, data):
        self.data, self.at = data, 0
        magic, count4, count6, names, tops = HEADER.unpack(self.take(HEADER.size))
        if magic != b"gip1":
            raise ValueError("does not begin with gip1")
        text = self.take(2 * names).decode("ascii")
        self.names = [text[i:i + 2] for i in range(0, len(text), 2)]
        first = struct.unpack("<4096I", self.take(4 * 4096))
        count = self.take(65536)
        self.entries = {4: self.entries4(first, count, self.take(2 * count4)),
                        6: self.entries6(tops, count6)}
        if self.at != len(data):
            raise ValueError("longer than its parts")
        self.check()
        self.starts = {v: [block for block, _ in part] for v, part in self.entries.items()}

    def take(self, size):
        part = self.data[self.at:self.at + size]
        if len(part) != size:
            raise ValueError("cut short")
        self.at += size
        return part

    def entries4(self, first, count, raw):
        made, at = [], 0
        for i in range(65536):
            if i % 16 == 0 and first[i // 16] != at:
                raise ValueError(f"/16 number {i} does not begin where its count says")
            for _ in range(count[i]):
                made.append((i << 8 | raw[2 * at], self.names[raw[2 * at + 1]]))
                at += 1
        if 2 * at != len(raw):
            raise ValueError("the counts of /16s are not those of their entries")
        return made

    def entries6(self, tops, count):
        tops = [struct.unpack("<HI", self.take(6)) for _ in range(tops)]
        raw = self.take(3 * count)
        made = []
        for (top, begin), (_, end) in zip(tops, tops[1:] + [(0, count)]):
            for i in range(begin, end):
                low, number = struct.unpack_from("<HB", raw, 3 * i)
                made.append((top << 16 | low, self.names[number]))
        if len(made) != count or (tops and tops[0][1] != 0):
            raise ValueError("the tops do not hold all entries")
        return made

    def check(self):
        for version, part in self.entries.items():
            for a, b in zip(part, part[1:]):
                if a[0] >= b[0] or a[1] == b[1]:
                    raise ValueError(f"IPv{version}: block {b[0]:x} does not follow {a[0]:x}")
                if a[1] != "--" and told_of_nobodys(version, a[0], b[0]):
                    raise ValueError(f"IPv{version}: block {a[0]:x} is nobody's")
            if not part or part[-1][1] != "--":
                raise ValueError(f"IPv{version} does not end with nobody's")

    def country(self, version, address):
        block = address >> ((32 if version == 4 else 128) - BITS[version])
        i = bisect.bisect_right(self.starts[version], block) - 1
        return self.entries[version][i][1] if i >= 0 else "--"

    def blocks(self):
        """{country: [IPv4 blocks, IPv6 blocks]}, without nobody's."""
        made = {name: [0, 0] for name in self.names[1:]}
        for column, version in enumerate((4, 6)):
            part = self.entries[version]
            for (begin, name), (end, _) in zip(part, part[1:]):
                if name != "--":
                    made[name][column] += end - begin
        return made
