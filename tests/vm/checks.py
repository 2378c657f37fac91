"""What must be true of what came out of the guest: one function a promise, in order.

The truth of a run's energy: the module notes the time of each read of a counter, and the
profile's integral is worked out here, anew, from those times. The run's first reading is the
noted one from which the last is as far away as the run's own duration says.
"""
import collections
import functools
import json
import re

P_LO_MW, P_HI_MW, PERIOD_NS, DUTY_NS = 20000, 80000, 10**9, 250 * 10**6
PERMILLE = {"package-0": 1000, "core": 600, "dram": 150}
STEP_UJ = 61.04          # the coarsest counter's: 2^-14 J
DIGITS_UJ = 1            # what the JSON's nine digits leave of some hundred joules
FRAME_NS = 20 * 10**6    # a slow machine's frame: from its begin to its last reading
OUT_MS = 50              # how far a run's readings may lie before and after its command
LATE_MS = 20             # how late a first reading may come without a word

Read = collections.namedtuple("Read", "ns interface part uj err")
PROMISES = []


class Broken(Exception):
    """A promise that was not kept, in words."""


def need(condition, words):
    if not condition:
        raise Broken(words)


class Promise:
    def __init__(self, boot, text, function):
        self.boot, self.text, self.function = boot, text, function

    def check(self, share):
        """Whether it was kept, and lines that say what was seen."""
        try:
            return True, [str(line) for line in self.function(share / "results") or ()]
        except Broken as why:
            return False, str(why).splitlines()
        except (OSError, KeyError, IndexError, TypeError, ValueError) as why:
            tail = (share / "console").read_text(errors="replace").splitlines()[-5:]
            return False, [f"{type(why).__name__}: {why}", *tail]


def promise(boot, text):
    def add(function):
        PROMISES.append(Promise(boot, text, function))
        return function
    return add


# ---- what came out --------------------------------------------------------------------------

class Case:
    """The files of one case."""

    def __init__(self, results, name):
        self.results, self.name = results, name

    def text(self, kind):
        return (self.results / f"{self.name}.{kind}").read_text(errors="replace")

    @functools.cached_property
    def json(self):
        return json.loads(self.text("json"))

    @functools.cached_property
    def reads(self):
        before = self.results / f"{self.name}.before"
        text = (before.read_text() if before.exists() else "") + self.text("reads")
        rows = [line.split() for line in text.splitlines()]
        need(all(row[0] != "#" for row in rows), "the module's list of reads was too short")
        return [Read(int(r[0]), r[1], r[2], int(r[3]), int(r[4])) for r in rows]

    @property
    def counted(self):
        return {c["domain"]: c for c in self.json["energy"]["components"] if c["counted"]}

    def component(self, domain):
        return next(c for c in self.json["energy"]["components"] if c["domain"] == domain)

    def must_be_kind(self, kind):
        seen = self.json["energy"]["machine_j"]["kind"]
        need(seen == kind, f"machine_j is {seen}, not {kind}")

    def must_not_disturb(self, status, out=r"\d+ \d+\n"):
        seen = int(self.text("rc"))
        need(seen == status, f"exit status {seen} for {status}:\n{self.text('err')}")
        need(re.fullmatch(out, self.text("out")), f"the command's output: {self.text('out')!r}")


def profile_uj(part, ns):
    """The integral of the profile, as fakerapl.c has it."""
    periods, in_ns = divmod(ns, PERIOD_NS)
    full_uj = (DUTY_NS * P_HI_MW + (PERIOD_NS - DUTY_NS) * P_LO_MW) // 10**6
    pj = in_ns * P_HI_MW if in_ns < DUTY_NS else \
        DUTY_NS * P_HI_MW + (in_ns - DUTY_NS) * P_LO_MW
    return (periods * full_uj + pj // 10**6) * PERMILLE[part] // 1000


def run_reads(case, interface, part, last_s=None):
    """The reads of a part from the run's first frame to its last, or to the one at last_s."""
    reads = [r for r in case.reads if r.interface == interface and r.part == part]
    need(reads, f"{interface} was not asked for {part}")
    for r in reads:
        need(r.uj == profile_uj(part, r.ns), f"the module's profile is not ours at {r.ns} ns")
    begin_ns = reads[-1].ns - (last_s or case.json["duration_s"]) * 1e9
    first = min(range(len(reads)), key=lambda i: abs(reads[i].ns - begin_ns))
    off_ns = abs(reads[first].ns - begin_ns)
    need(off_ns < FRAME_NS, f"no read of {part} at the run's begin: {off_ns / 1e6:.1f} ms off")
    return reads[first:]


def compare(case, interface, domain, part, last_s=None):
    """A component's joules against the truth, within a counter's step."""
    good = [r for r in run_reads(case, interface, part, last_s) if r.err == 0]
    true_uj = profile_uj(part, good[-1].ns) - profile_uj(part, good[0].ns)
    seen_uj = case.component(domain)["machine_j"]["value"] * 1e6
    off_uj = seen_uj - true_uj
    percent = 100 * off_uj / true_uj
    line = (f"{domain:10} {seen_uj / 1e6:11.6f} J for {true_uj / 1e6:11.6f} J: "
            f"{off_uj:+.1f} uJ, {percent:+.6f} %, {len(good)} reads")
    allowed = STEP_UJ + DIGITS_UJ if interface == "msr" else 1 + DIGITS_UJ
    need(abs(off_uj) <= allowed, line)
    return line


def wraps(case, interface, part, range_uj):
    good = [r for r in run_reads(case, interface, part) if r.err == 0]
    return good[-1].uj // range_uj - good[0].uj // range_uj


def must_add_up(case, domains):
    """Exactly these are counted, and the machine's joules are their sum."""
    need(set(case.counted) == set(domains), f"counted: {', '.join(case.counted)}")
    whole = case.json["energy"]["machine_j"]["value"]
    parts = sum(c["machine_j"]["value"] for c in case.counted.values())
    need(abs(whole - parts) < 2e-6, f"machine_j is {whole}, its parts {parts}")
    return f"machine_j {whole:.6f} J = {' + '.join(case.counted)}"


def must_enclose(case, interface, part="package-0"):
    """The readings go on to the command's last instruction; a late first one is said."""
    begin_ns, end_ns = map(int, case.text("out").split()[:2])
    reads = run_reads(case, interface, part)
    late_ms, after_ms = (reads[0].ns - begin_ns) / 1e6, (reads[-1].ns - end_ns) / 1e6
    need(0 <= after_ms < OUT_MS, f"ends {after_ms:.1f} ms after the command")
    said = [int(re.search(r"(\d+) ms after", w["text"])[1])
            for w in case.json["quality"]["warnings"] if w["code"] == "late-start"]
    need(-OUT_MS < late_ms <= (said[0] if said else LATE_MS),
         f"begins {late_ms:.1f} ms after the command, and says {said}")
    return (f"first reading {late_ms:.1f} ms after the command's first instruction (said: "
            f"{said[0] if said else 'nothing'}), last {after_ms:.1f} ms after its last")


def must_be_whole(case):
    quality = case.json["quality"]
    need(not quality["gaps"], f"gaps: {quality['gaps']}")
    need(quality["coverage_ratio"] > 0.99, f"coverage {quality['coverage_ratio']}")


def measured_alone(case, interface, status=0):
    """What holds of every run under a meter that works."""
    case.must_not_disturb(status)
    case.must_be_kind("measured")
    must_be_whole(case)
    yield must_enclose(case, interface)


# ---- every interface alone, and all together ------------------------------------------------

def powercap_lines(case):
    yield compare(case, "powercap", "package-0", "package-0")
    yield compare(case, "powercap", "dram-0", "dram")
    yield compare(case, "powercap", "core-0", "core")
    need(case.component("core-0")["why_not"] == "inside package-0", "why core is left out")
    yield must_add_up(case, ("package-0", "dram-0"))


@promise("meters", "powercap alone: package and DRAM to the microjoule over dozens of wraps, "
                   "the core not added")
def powercap_alone(results):
    case = Case(results, "powercap")
    count = wraps(case, "powercap", "package-0", 5000000)
    need(count >= 36, f"only {count} wraps")
    yield f"{count} wraps of the package, {wraps(case, 'powercap', 'core', 5000000)} of the core"
    yield from measured_alone(case, "powercap", 7)
    yield from powercap_lines(case)


@promise("meters", "powercap read every 10 ms: the same to the microjoule")
def powercap_fast(results):
    case = Case(results, "powercap-fast")
    yield f"{case.json['quality']['samples']} samples, {case.json['quality']['missed']} missed"
    case.must_not_disturb(0)
    must_be_whole(case)
    yield from powercap_lines(case)


@promise("meters", "perf alone, as root: package and DRAM to the microjoule, the core not added")
def perf_alone(results):
    case = Case(results, "perf")
    yield from measured_alone(case, "perf")
    for domain, part in (("package-0", "package-0"), ("dram-0", "dram"), ("core-0", "core")):
        yield compare(case, "perf", domain, part)
    yield must_add_up(case, ("package-0", "dram-0"))


def msr_lines(case, parts=(("package-0", "package-0"), ("dram-0", "dram"), ("core-0", "core"))):
    yield from measured_alone(case, "msr")
    for domain, part in parts:
        yield compare(case, "msr", domain, part)
    yield must_add_up(case, ("package-0", "dram-0") if len(parts) > 1 else ("package-0",))


@promise("meters", "msr alone: within one step of its registers across their wrap at 32 bits")
def msr_alone(results):
    return msr_lines(Case(results, "msr"))


@promise("server", "msr on a Xeon whose DRAM register has a unit of its own: within one step")
def msr_server(results):
    return msr_lines(Case(results, "server"))


@promise("amd", "msr on an AMD CPU: the package's own register and unit, within one step")
def msr_amd(results):
    return msr_lines(Case(results, "amd"), (("package-0", "package-0"),))


@promise("meters", "hwmon alone: to the microjoule")
def hwmon_alone(results):
    case = Case(results, "hwmon")
    yield from measured_alone(case, "hwmon")
    yield compare(case, "hwmon", "package-0", "package-0")
    need(case.counted["package-0"]["source"] == "hwmon", "the source is not hwmon")


@promise("meters", "all four at once: powercap is read, the energy counted once")
def all_counted_once(results):
    case = Case(results, "all")
    yield from measured_alone(case, "powercap")
    yield from powercap_lines(case)
    sources = {c["source"] for c in case.counted.values()}
    need(sources == {"powercap"}, f"counted from {sources}")
    begin = run_reads(case, "powercap", "package-0")[0].ns
    others = collections.Counter(r.interface for r in case.reads
                                 if r.ns > begin + 10**9 and r.interface != "powercap")
    need(not others, f"read all through the run though not of use: {dict(others)}")


@promise("meters", "all four at once: the others are listed, each with the reason against it")
def all_listed(results):
    view = json.loads(Case(results, "all").text("sources"))
    for source in view["sources"]:
        for domain in source["domains"]:
            if source["name"] in ("perf", "msr", "hwmon"):
                need(not domain["counted"] and domain["why_not"],
                     f"{source['name']} {domain['domain']}: {domain}")
                yield f"{source['name']} {domain['domain']}: {domain['why_not']}"
    read = {s["name"] for s in view["sources"] if s["status"] == "ok"}
    need({"powercap", "perf", "msr", "hwmon"} <= read, f"only {read} are ok")
    need(view["verdict"] == "measured", f"the verdict is {view['verdict']}")


# ---- what a user may ------------------------------------------------------------------------

def doctor_has(case, *words):
    text = re.sub(r"\s+", " ", case.text("doctor"))
    for word in words:
        need(word in text, f"doctor does not say \"{word}\":\n{case.text('doctor')}")


@promise("people", "a plain user: nothing can be read, and summary and JSON say it is modelled")
def denied_is_modelled(results):
    case = Case(results, "denied")
    case.must_not_disturb(0)
    case.must_be_kind("modelled")
    need(all(c["kind"] == "modelled" for c in case.counted.values()), "a part is not modelled")
    need(any(w["code"] == "no-meter" for w in case.json["quality"]["warnings"]), "no warning")
    need("ESTIMATE" in case.text("err"), f"the summary does not say so:\n{case.text('err')}")
    need(not [r for r in case.reads if r.err == 0], "a counter was read all the same")
    yield case.text("err").splitlines()[1]


@promise("people", "a plain user: doctor names the file, the reason and the one line")
def denied_doctor(results):
    case = Case(results, "denied")
    doctor_has(case, "/sys/class/powercap/intel-rapl:0/energy_uj", "permission denied",
               "fix: sudo chmod a+r /sys/class/powercap/", "kernel.perf_event_paranoid is 3",
               "/dev/cpu/0/msr")
    yield case.text("fix").strip()


@promise("people", "doctor's line for powercap, run as it stands: the same user then measures")
def mended(results):
    need(not Case(results, "denied").text("fixed"), Case(results, "denied").text("fixed"))
    case = Case(results, "mended")
    yield from measured_alone(case, "powercap")
    yield from powercap_lines(case)
    need("powercap" in case.text("doctor"), "doctor does not say that powercap is read")


@promise("people", "perf_event_paranoid at 3: a plain user has no perf, and doctor says why")
def perf_denied(results):
    case = Case(results, "perf-denied")
    case.must_be_kind("modelled")
    doctor_has(case, "kernel.perf_event_paranoid is 3", "kernel.perf_event_paranoid=0")
    yield case.text("fix").strip()


@promise("people", "doctor's line for perf, run as it stands: the same user then measures")
def perf_mended(results):
    case = Case(results, "perf-mended")
    yield from measured_alone(case, "perf")
    yield compare(case, "perf", "package-0", "package-0")
    yield compare(case, "perf", "dram-0", "dram")


@promise("people", "cap_perfmon on the program is not enough at 3 on this kernel, and doctor does "
                   "not say that it were")
def cap_perf_at_3(results):
    Case(results, "cap-perf-3").must_be_kind("modelled")
    doctor_has(Case(results, "perf-denied"), "or =2, and run gramme with cap_perfmon")


def with_capability(results, name, interface):
    case = Case(results, name)
    case.must_not_disturb(0, r"\d+ \d+\nCapEff:\t\w+\n")
    case.must_be_kind("measured")
    must_be_whole(case)
    need("CapEff:\t0000000000000000" in case.text("out"), f"the job got {case.text('out')}")
    yield must_enclose(case, interface)
    yield compare(case, interface, "package-0", "package-0")
    yield compare(case, interface, "dram-0", "dram")


@promise("people", "cap_dac_read_search on the program: a plain user measures by powercap, and "
                   "the command gets no capability")
def cap_powercap(results):
    return with_capability(results, "cap-powercap", "powercap")


@promise("people", "cap_perfmon on the program, at 2: a plain user measures by perf, and the command "
                   "gets no capability")
def cap_perf(results):
    return with_capability(results, "cap-perf", "perf")


# ---- meters in trouble ----------------------------------------------------------------------

@promise("trouble", "reads that fail with EIO cost no joule and leave no gap")
def eio(results):
    case = Case(results, "eio")
    failed = sum(r.err != 0 for r in case.reads)
    need(failed == 6, f"{failed} reads failed, not 6")
    yield f"{failed} reads gave EIO"
    yield from measured_alone(case, "powercap")
    yield from powercap_lines(case)


@promise("trouble", "reads that fail while a small counter wraps: never more than there was, and "
                    "the truth lies within the interval or there is a gap")
def eio_wraps(results):
    case = Case(results, "eio-wraps")
    need(sum(r.err != 0 for r in case.reads) == 5, "not 5 reads failed")
    for domain, part in (("package-0", "package-0"), ("dram-0", "dram")):
        reads = run_reads(case, "powercap", part)
        true_j = (reads[-1].uj - reads[0].uj) / 1e6
        q = case.component(domain)["machine_j"]
        gaps = [g for g in case.json["quality"]["gaps"] if g["domain"] == domain]
        line = (f"{domain}: {q['value']:.3f} J ({q['low']:.3f} to {q['high']:.3f}) of "
                f"{true_j:.3f} J, {len(gaps)} gaps")
        need(q["value"] <= true_j + 3e-6, line)
        need(gaps or q["low"] <= true_j <= q["high"], line)
        yield line


@promise("trouble", "the driver goes in the middle: a marked gap to the end, the joules till "
                    "then to the microjoule, the command undisturbed")
def gone(results):
    case = Case(results, "gone")
    case.must_not_disturb(7)
    quality = case.json["quality"]
    gaps = [g for g in quality["gaps"] if g["domain"] == "package-0"]
    need(len(gaps) == 1, f"gaps: {quality['gaps']}")
    from_s, to_s, duration_s = gaps[0]["from_s"], gaps[0]["to_s"], case.json["duration_s"]
    need(abs(to_s - duration_s) < 0.05, f"it ends at {to_s} s of {duration_s} s")
    need(abs(quality["coverage_ratio"] - from_s / duration_s) < 0.02,
         f"coverage {quality['coverage_ratio']}")
    yield (f"{from_s:.2f} to {to_s:.2f} s of {duration_s:.2f} s: {gaps[0]['why']}; coverage "
           f"{quality['coverage_ratio']:.3f}")
    yield compare(case, "powercap", "package-0", "package-0", from_s)
    yield compare(case, "powercap", "dram-0", "dram", from_s)


@promise("trouble", "the driver goes and comes back: it is found again, and what its counter "
                    "kept is counted to the microjoule")
def back(results):
    case = Case(results, "back")
    yield from measured_alone(case, "powercap", 7)
    reads = [r.ns for r in run_reads(case, "powercap", "package-0")]
    away_ns = max(b - a for a, b in zip(reads, reads[1:]))
    need(away_ns > 2 * 10**9, f"it was never away: {away_ns} ns")
    yield f"away for {away_ns / 1e9:.2f} s between two readings"
    yield from powercap_lines(case)


@promise("trouble", "the kernel's own drivers without registers behind them: said, no crash, "
                    "nothing invented")
def stock(results):
    case = Case(results, "stock")
    case.must_not_disturb(7)
    case.must_be_kind("modelled")
    view = {s["name"]: s for s in json.loads(case.text("sources"))["sources"]}
    for name in ("powercap", "perf", "msr"):
        row = view[name]
        measured = [d["domain"] for d in row["domains"] if d["counted"]]
        need(not measured, f"{name} counts {measured}")
        need(row["status"] == "none" and row["text"], f"{name}: {row}")
        yield f"{name}: {row['text']}"


# ---- who used the machine -------------------------------------------------------------------

def must_see_cpu(case):
    children_us, own_us = map(int, case.text("out").split())
    true_s = (children_us + own_us) / 1e6
    seen_s = case.json["activity"]["cpu_s"]
    line = f"{seen_s:.4f} s of CPU for {true_s:.4f} s by wait4: {100 * seen_s / true_s:.2f} %"
    need(0.995 * true_s <= seen_s <= 1.05 * true_s + 0.05, line)
    yield line
    yield f"{case.json['activity']['processes_seen']} processes seen"


@promise("server", "200 short children in a cgroup of the run's own: 99.5 % of their CPU time")
def tree_cgroup(results):
    case = Case(results, "tree-cgroup")
    groups = [line for line in case.text("err").splitlines() if line.startswith("0::")]
    need(groups and groups[0] != "0::/", f"no cgroup of its own: {groups}")
    yield groups[0]
    yield from must_see_cpu(case)


@promise("server", "200 short children by the tree of processes: 99.5 % of their CPU time")
def tree_procs(results):
    return must_see_cpu(Case(results, "tree-procs"))


@promise("server", "200 short children of a plain user: 99.5 % of their CPU time")
def tree_plain(results):
    return must_see_cpu(Case(results, "tree-plain"))


@promise("server", "no cgroup is left behind")
def tree_left(results):
    left = (results / "tree.left").read_text()
    need(not left, left)


# ---- the kernel -----------------------------------------------------------------------------

def kernel_is_content(results):
    need((results / "done").exists(), "the boot did not come to its end")
    trouble = results / "trouble"
    need(not trouble.exists() or not trouble.read_text(), "the guest's own trouble: " +
         (trouble.read_text() if trouble.exists() else ""))
    bad = [line for line in (results / "dmesg").read_text(errors="replace").splitlines()
           if re.search(r"Oops|BUG:|WARNING: CPU|segfault|general protection|Call Trace", line)]
    need(not bad, "\n".join(bad))


for _boot in ("meters", "people", "trouble", "server", "amd"):
    promise(_boot, f"boot {_boot} comes to its end, and the kernel complains of nothing")(
        kernel_is_content)
