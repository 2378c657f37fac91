// SPDX-License-Identifier: GPL-2.0
/*
 * A test bench, never installed: it is built into a build folder, loaded in a virtual machine
 * that lives for a minute, and goes with it. On a real machine it would be a lie in /sys.
 *
 * One power profile of which the energy is known exactly, shown through the four interfaces
 * by which programs read a CPU's energy:
 *
 *	powercap  /sys/class/powercap/intel-rapl:0 (package-0), :0:0 (core), :0:1 (dram)
 *	perf      the PMU "power": energy-pkg, energy-cores, energy-ram
 *	msr       /dev/cpu/0/msr: Intel's 0x606 0x611 0x619 0x639, AMD's 0xC0010299 0xC001029B
 *	hwmon     the chip "fakepower": energy1_input, power1_average
 *
 * P(t) is a square wave of CLOCK_MONOTONIC: p_hi_mw for the first duty_ms of every period_ms,
 * else p_lo_mw. E(t) is its integral from t = 0, in whole microjoules, rounded down. The core
 * is 60 % of the package and inside it, the DRAM 15 % of it and beside it.
 *
 * /proc/fakerapl lists each read of a counter since the file was last written to: time in ns,
 * interface, part, E in uJ before any wrap, and the error that was given instead, or 0. So a
 * test need not guess when a program read: it is told, and works out the truth by itself.
 */
#include <linux/capability.h>
#include <linux/hwmon.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/platform_device.h>
#include <linux/powercap.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define UJ_PER_J 1000000U

/* ---- parameters ------------------------------------------------------------------------ */

static bool with_powercap = true;
module_param(with_powercap, bool, 0444);
static bool with_perf = true;
module_param(with_perf, bool, 0444);
static bool with_msr = true;
module_param(with_msr, bool, 0444);
static bool with_hwmon = true;
module_param(with_hwmon, bool, 0444);

static unsigned int p_lo_mw = 20000;
module_param(p_lo_mw, uint, 0444);
static unsigned int p_hi_mw = 80000;
module_param(p_hi_mw, uint, 0444);
static unsigned int period_ms = 1000;
module_param(period_ms, uint, 0444);
static unsigned int duty_ms = 250;
module_param(duty_ms, uint, 0444);

static ulong range_uj = 262143328850;
module_param(range_uj, ulong, 0444);
MODULE_PARM_DESC(range_uj, "powercap's counters start anew after so much");

static uint msr_wrap_ms;
module_param(msr_wrap_ms, uint, 0444);
MODULE_PARM_DESC(msr_wrap_ms,
		 "the registers' 32 bits wrap so long after loading; 0: as it comes");

static bool dram_15uj;
module_param(dram_15uj, bool, 0444);
MODULE_PARM_DESC(dram_15uj, "the DRAM register counts in 2^-16 J, as Skylake-SP's does");

static int fail_reads;
module_param(fail_reads, int, 0644);
MODULE_PARM_DESC(fail_reads, "so many reads of powercap's counters give EIO");

/* ---- the profile ----------------------------------------------------------------------- */

enum part { PART_PACKAGE, PART_CORE, PART_DRAM, PARTS };

static const struct {
	const char *name;
	unsigned int permille;
} parts[PARTS] = {
	[PART_PACKAGE] = { "package-0", 1000 },
	[PART_CORE] = { "core", 600 },
	[PART_DRAM] = { "dram", 150 },
};

/* A milliwatt is a picojoule a nanosecond. */
static u64 profile_uj(enum part part, u64 ns)
{
	const u64 period_ns = (u64)period_ms * NSEC_PER_MSEC;
	const u64 duty_ns = (u64)duty_ms * NSEC_PER_MSEC;
	const u64 full_uj = (u64)duty_ms * p_hi_mw + (u64)(period_ms - duty_ms) * p_lo_mw;
	u64 in_ns;
	u64 periods = div64_u64_rem(ns, period_ns, &in_ns);
	u64 pj = in_ns < duty_ns ? in_ns * p_hi_mw
				 : duty_ns * p_hi_mw + (in_ns - duty_ns) * p_lo_mw;

	return div_u64((periods * full_uj + div_u64(pj, 1000000)) * parts[part].permille,
		       1000);
}

static u64 profile_uw(enum part part, u64 ns)
{
	u64 in_ns;

	div64_u64_rem(ns, (u64)period_ms * NSEC_PER_MSEC, &in_ns);
	return (u64)(in_ns < (u64)duty_ms * NSEC_PER_MSEC ? p_hi_mw : p_lo_mw) *
	       parts[part].permille;
}

/* ---- who read what, when --------------------------------------------------------------- */

#define NOTES_MAX 65536

struct note {
	u64 ns;
	u64 uj;
	const char *interface;
	enum part part;
	int err;
};

static struct note *notes;
static size_t note_count;
static size_t notes_lost;
static DEFINE_RAW_SPINLOCK(notes_lock); /* perf reads with interrupts off */

static void note(const char *interface, enum part part, u64 ns, int err)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&notes_lock, flags);
	if (note_count < NOTES_MAX)
		notes[note_count++] =
			(struct note){ ns, profile_uj(part, ns), interface, part, err };
	else
		notes_lost++;
	raw_spin_unlock_irqrestore(&notes_lock, flags);
}

/* E now, with a note that it was asked for. */
static u64 read_uj(const char *interface, enum part part)
{
	u64 ns = ktime_get_ns();

	note(interface, part, ns, 0);
	return profile_uj(part, ns);
}

static void *notes_start(struct seq_file *seq, loff_t *pos)
{
	if (*pos == 0 && notes_lost > 0)
		seq_printf(seq, "# %zu more were not kept\n", notes_lost);
	return *pos < note_count ? &notes[*pos] : NULL;
}

static void *notes_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return *pos < note_count ? &notes[*pos] : NULL;
}

static void notes_stop(struct seq_file *seq, void *v)
{
}

static int notes_show(struct seq_file *seq, void *v)
{
	const struct note *n = v;

	seq_printf(seq, "%llu %s %s %llu %d\n", n->ns, n->interface, parts[n->part].name,
		   n->uj, n->err);
	return 0;
}

static const struct seq_operations notes_ops = {
	.start = notes_start,
	.next = notes_next,
	.stop = notes_stop,
	.show = notes_show,
};

static int notes_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &notes_ops);
}

static ssize_t notes_clear(struct file *file, const char __user *buf, size_t size,
			   loff_t *pos)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&notes_lock, flags);
	note_count = 0;
	notes_lost = 0;
	raw_spin_unlock_irqrestore(&notes_lock, flags);
	return size;
}

static const struct proc_ops notes_proc = {
	.proc_open = notes_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
	.proc_write = notes_clear,
};

static int notes_init(void)
{
	notes = vmalloc(array_size(NOTES_MAX, sizeof(*notes)));
	if (!notes)
		return -ENOMEM;
	if (proc_create("fakerapl", 0600, NULL, &notes_proc))
		return 0;
	vfree(notes);
	return -ENOMEM;
}

static void notes_exit(void)
{
	remove_proc_entry("fakerapl", NULL);
	vfree(notes);
}

/* ---- powercap -------------------------------------------------------------------------- */

static struct powercap_control_type *control_type;
static struct powercap_zone *zones[PARTS];

static int zone_part(struct powercap_zone *zone)
{
	int i;

	for (i = 0; i < PARTS; i++)
		if (zones[i] == zone)
			return i;
	return -ENODEV; /* read before its registration came back */
}

static int zone_range_uj(struct powercap_zone *zone, u64 *ret)
{
	*ret = range_uj;
	return 0;
}

static int zone_energy_uj(struct powercap_zone *zone, u64 *ret)
{
	int part = zone_part(zone);

	if (part < 0)
		return part;
	if (fail_reads > 0) {
		fail_reads--;
		note("powercap", part, ktime_get_ns(), -EIO);
		return -EIO;
	}
	div64_u64_rem(read_uj("powercap", part), range_uj, ret);
	return 0;
}

static int zone_release(struct powercap_zone *zone)
{
	return 0;
}

static int zone_get_enable(struct powercap_zone *zone, bool *ret)
{
	*ret = true;
	return 0;
}

static const struct powercap_zone_ops zone_ops = {
	.get_max_energy_range_uj = zone_range_uj,
	.get_energy_uj = zone_energy_uj,
	.release = zone_release,
	.get_enable = zone_get_enable,
};

/* One limit, the profile's own peak; it limits nothing and cannot be set. */
static int limit_set(struct powercap_zone *zone, int id, u64 value)
{
	return -EOPNOTSUPP;
}

static int limit_uw(struct powercap_zone *zone, int id, u64 *ret)
{
	*ret = (u64)p_hi_mw * 1000;
	return 0;
}

static int limit_window_us(struct powercap_zone *zone, int id, u64 *ret)
{
	*ret = 27983872;
	return 0;
}

static const char *limit_name(struct powercap_zone *zone, int id)
{
	return "long_term";
}

static const struct powercap_zone_constraint_ops limit_ops = {
	.set_power_limit_uw = limit_set,
	.get_power_limit_uw = limit_uw,
	.set_time_window_us = limit_set,
	.get_time_window_us = limit_window_us,
	.get_name = limit_name,
};

static void powercap_exit(void)
{
	int i;

	if (!control_type)
		return;
	for (i = PARTS - 1; i >= 0; i--)
		if (zones[i])
			powercap_unregister_zone(control_type, zones[i]);
	powercap_unregister_control_type(control_type);
}

static int powercap_init(void)
{
	int i;

	control_type = powercap_register_control_type(NULL, "intel-rapl", NULL);
	if (IS_ERR(control_type)) {
		int err = PTR_ERR(control_type);

		control_type = NULL;
		return err;
	}
	for (i = 0; i < PARTS; i++) {
		struct powercap_zone *parent =
			i == PART_PACKAGE ? NULL : zones[PART_PACKAGE];
		struct powercap_zone *zone =
			powercap_register_zone(NULL, control_type, parts[i].name, parent,
					       &zone_ops, 1, &limit_ops);

		if (IS_ERR(zone))
			return PTR_ERR(zone);
		zones[i] = zone;
	}
	return 0;
}

/* ---- perf: the PMU "power" ------------------------------------------------------------- */

#define RAW_SCALE "2.3283064365386962890625e-10" /* 2^-32 J */

static bool pmu_is_there;

static int event_part(u64 config)
{
	switch (config) {
	case 1:
		return PART_CORE;
	case 2:
		return PART_PACKAGE;
	case 3:
		return PART_DRAM;
	default:
		return -EINVAL;
	}
}

static u64 raw_of_uj(u64 uj)
{
	u32 rest_uj;
	u64 joules = div_u64_rem(uj, UJ_PER_J, &rest_uj);

	return (joules << 32) + div_u64((u64)rest_uj << 32, UJ_PER_J);
}

static void event_read(struct perf_event *event)
{
	u64 now = raw_of_uj(read_uj("perf", event_part(event->attr.config)));
	u64 before = local64_xchg(&event->hw.prev_count, now);

	local64_add(now - before, &event->count);
}

static void event_start(struct perf_event *event, int flags)
{
	enum part part = event_part(event->attr.config);

	local64_set(&event->hw.prev_count, raw_of_uj(profile_uj(part, ktime_get_ns())));
	event->hw.state = 0;
}

static void event_stop(struct perf_event *event, int flags)
{
	if (event->hw.state & PERF_HES_STOPPED)
		return;
	event_read(event);
	event->hw.state |= PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static int event_add(struct perf_event *event, int flags)
{
	event->hw.state = PERF_HES_STOPPED;
	if (flags & PERF_EF_START)
		event_start(event, flags);
	return 0;
}

/* Not event_stop(): nobody reads a count that is taken away, so it is not noted either. */
static void event_del(struct perf_event *event, int flags)
{
	event->hw.state |= PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static struct pmu power_pmu;

static int event_init(struct perf_event *event)
{
	if (event->attr.type != power_pmu.type)
		return -ENOENT;
	if (is_sampling_event(event) || event->attach_state & PERF_ATTACH_TASK)
		return -EINVAL;
	if (event->cpu < 0 || event_part(event->attr.config) < 0)
		return -EINVAL;
	event->cpu = 0;
	return 0;
}

static ssize_t cpumask_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0\n");
}

static DEVICE_ATTR_RO(cpumask);

PMU_FORMAT_ATTR(event, "config:0-7");

#define EVENT(name, variable, code)                                                      \
	PMU_EVENT_ATTR_STRING(name, variable, "event=" code);                            \
	PMU_EVENT_ATTR_STRING(name.unit, variable##_unit, "Joules");                     \
	PMU_EVENT_ATTR_STRING(name.scale, variable##_scale, RAW_SCALE)

/* Names, not differences. */
/* clang-format off */
EVENT(energy-cores, event_cores, "0x01");
EVENT(energy-pkg, event_pkg, "0x02");
EVENT(energy-ram, event_ram, "0x03");
/* clang-format on */

#define EVENT_ATTRS(variable)                                                            \
	&variable.attr.attr, &variable##_unit.attr.attr, &variable##_scale.attr.attr

static struct attribute *cpumask_attrs[] = { &dev_attr_cpumask.attr, NULL };
static struct attribute *format_attrs[] = { &format_attr_event.attr, NULL };
static struct attribute *event_attrs[] = { EVENT_ATTRS(event_cores),
					   EVENT_ATTRS(event_pkg), EVENT_ATTRS(event_ram),
					   NULL };

static const struct attribute_group cpumask_group = { .attrs = cpumask_attrs };
static const struct attribute_group format_group = { .name = "format",
						     .attrs = format_attrs };
static const struct attribute_group event_group = { .name = "events",
						    .attrs = event_attrs };
static const struct attribute_group *pmu_groups[] = { &cpumask_group, &format_group,
						      &event_group, NULL };

static struct pmu power_pmu = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_invalid_context,
	.attr_groups = pmu_groups,
	.event_init = event_init,
	.add = event_add,
	.del = event_del,
	.start = event_start,
	.stop = event_stop,
	.read = event_read,
	.capabilities = PERF_PMU_CAP_NO_EXCLUDE,
};

static void pmu_exit(void)
{
	if (pmu_is_there)
		perf_pmu_unregister(&power_pmu);
}

static int pmu_init(void)
{
	int err = perf_pmu_register(&power_pmu, "power", -1);

	pmu_is_there = err == 0;
	return err;
}

/* ---- msr ------------------------------------------------------------------------------- */

#define INTEL_SHIFT 14
#define AMD_SHIFT   16
/* Time 2^-10 s, energy 2^-shift J, power 2^-3 W. */
#define UNITS(shift) (0xa0003 | (shift) << 8)

static bool msr_is_there;
static u64 msr_begin_uj[PARTS]; /* where the registers stood at 0 */

static u64 msr_raw(enum part part, unsigned int shift)
{
	u64 uj = read_uj("msr", part) - msr_begin_uj[part];
	u32 rest_uj;
	u64 joules = div_u64_rem(uj, UJ_PER_J, &rest_uj);

	return (u32)((joules << shift) + div_u64((u64)rest_uj << shift, UJ_PER_J));
}

/* As the real one: the file's position is the register's number, and it stays. */
static ssize_t msr_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	u64 value;

	if (size != sizeof(value))
		return -EINVAL;
	switch ((u32)*pos) {
	case 0x606:
		value = UNITS(INTEL_SHIFT);
		break;
	case 0x611:
		value = msr_raw(PART_PACKAGE, INTEL_SHIFT);
		break;
	case 0x614: /* the thermal design power, in 2^-3 W */
		value = p_hi_mw / 125;
		break;
	case 0x619:
		value = msr_raw(PART_DRAM, dram_15uj ? 16 : INTEL_SHIFT);
		break;
	case 0x639:
		value = msr_raw(PART_CORE, INTEL_SHIFT);
		break;
	case 0xc0010299:
		value = UNITS(AMD_SHIFT);
		break;
	case 0xc001029b:
		value = msr_raw(PART_PACKAGE, AMD_SHIFT);
		break;
	default:
		return -EIO;
	}
	return copy_to_user(buf, &value, sizeof(value)) ? -EFAULT : sizeof(value);
}

static int msr_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_RAWIO) ? 0 : -EPERM;
}

static const struct file_operations msr_ops = {
	.owner = THIS_MODULE,
	.open = msr_open,
	.read = msr_read,
	.llseek = no_seek_end_llseek,
};

static struct miscdevice msr_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "fakerapl-msr",
	.nodename = "cpu/0/msr",
	.mode = 0600,
	.fops = &msr_ops,
};

static void msr_exit(void)
{
	if (msr_is_there)
		misc_deregister(&msr_device);
}

/* All parts begin so that the package's Intel register wraps then, and AMD's with it. */
static int msr_init(void)
{
	const u64 range = (u64)UJ_PER_J << (32 - INTEL_SHIFT);
	u64 then_ns = ktime_get_ns() + (u64)msr_wrap_ms * NSEC_PER_MSEC;
	int i;
	int err;

	for (i = 0; i < PARTS && msr_wrap_ms > 0; i++)
		msr_begin_uj[i] = profile_uj(i, then_ns) - range;
	err = misc_register(&msr_device);
	msr_is_there = err == 0;
	return err;
}

/* ---- hwmon ----------------------------------------------------------------------------- */

static struct platform_device *hwmon_parent;
static struct device *hwmon_device;

static umode_t chip_visible(const void *data, enum hwmon_sensor_types type, u32 attr,
			    int channel)
{
	return 0444;
}

static int chip_read(struct device *dev, enum hwmon_sensor_types type, u32 attr,
		     int channel, long *ret)
{
	if (type == hwmon_energy)
		*ret = (long)read_uj("hwmon", PART_PACKAGE);
	else
		*ret = (long)profile_uw(PART_PACKAGE, ktime_get_ns());
	return 0;
}

static int chip_label(struct device *dev, enum hwmon_sensor_types type, u32 attr,
		      int channel, const char **ret)
{
	*ret = type == hwmon_energy ? "Esocket0" : "Psocket0";
	return 0;
}

static const struct hwmon_ops chip_ops = {
	.is_visible = chip_visible,
	.read = chip_read,
	.read_string = chip_label,
};

static const struct hwmon_channel_info *chip_channels[] = {
	HWMON_CHANNEL_INFO(energy, HWMON_E_INPUT | HWMON_E_LABEL),
	HWMON_CHANNEL_INFO(power, HWMON_P_AVERAGE | HWMON_P_LABEL), NULL
};

static const struct hwmon_chip_info chip = {
	.ops = &chip_ops,
	.info = chip_channels,
};

static void chip_exit(void)
{
	if (hwmon_device)
		hwmon_device_unregister(hwmon_device);
	if (hwmon_parent)
		platform_device_unregister(hwmon_parent);
}

static int chip_init(void)
{
	struct platform_device *parent =
		platform_device_register_simple("fakepower", -1, NULL, 0);
	struct device *device;

	if (IS_ERR(parent))
		return PTR_ERR(parent);
	hwmon_parent = parent;
	device = hwmon_device_register_with_info(&parent->dev, "fakepower", NULL, &chip,
						 NULL);
	if (IS_ERR(device))
		return PTR_ERR(device);
	hwmon_device = device;
	return 0;
}

/* ---- the module ------------------------------------------------------------------------ */

static void undo(void)
{
	chip_exit();
	msr_exit();
	pmu_exit();
	powercap_exit();
	notes_exit();
}

static int __init fakerapl_init(void)
{
	int err = period_ms > 0 && duty_ms <= period_ms && range_uj > 0 ? 0 : -EINVAL;

	if (!err)
		err = notes_init();
	if (err)
		return err;
	if (with_powercap)
		err = powercap_init();
	if (!err && with_perf)
		err = pmu_init();
	if (!err && with_msr)
		err = msr_init();
	if (!err && with_hwmon)
		err = chip_init();
	if (err)
		undo();
	return err;
}

static void __exit fakerapl_exit(void)
{
	undo();
}

module_init(fakerapl_init);
module_exit(fakerapl_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION(
	"One known power profile through four interfaces, for tests in a virtual machine");
