/* SPDX-License-Identifier: Apache-2.0 */
#include "calc/wall.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"

#define K_95               1.959963984540054
#define K_90               1.6448536269514722

#define BIG_GPUS_OF_A_NODE 4

/* Of a half-width in each direction, and k times a standard uncertainty. */
static double half(double own_half, double u)
{
	return sqrt(own_half * own_half + u * u);
}

/* METHOD E-11, E-12 */
bool wall_of(const struct wall_line *line, const struct quantity *components_j,
	     double seconds, struct wall_answer *ret)
{
	const struct quantity *own = components_j;
	double a_u_j = line->a_u_w * seconds;
	double b_u_j = line->b_u * own->value;
	struct quantity *wall = &ret->wall_j;
	double value, rest_j, u_j, down_j, up_j;

	if (!own->known || !(own->value >= 0) || !(seconds > 0))
		return false;
	value = line->a_w * seconds + line->b * own->value;
	rest_j = line->rest_u_ratio * value;
	u_j = sqrt(fmax(0, a_u_j * a_u_j + b_u_j * b_u_j + rest_j * rest_j +
				   2 * line->cov_w * seconds * own->value));
	down_j = line->b * fmax(0, own->value - own->low);
	up_j = line->b * fmax(0, own->high - own->value);
	*wall = (struct quantity){ .known = true, .value = value, .kind = KIND_MODELLED };
	wall->low = fmax(0, value - half(down_j, K_95 * u_j));
	wall->high = value + half(up_j, K_95 * u_j);
	ret->low90_j = fmax(0, value - half(down_j * K_90 / K_95, K_90 * u_j));
	ret->high90_j = value + half(up_j * K_90 / K_95, K_90 * u_j);
	return true;
}

static const char *const class_texts[WALL_CLASSES] = {
	[WALL_LAPTOP] = "laptop",
	[WALL_DESKTOP] = "desktop",
	[WALL_SERVER] = "server",
	[WALL_GPU_NODE] = "gpu-node",
};

const char *wall_class_text(enum wall_class value)
{
	return class_texts[value];
}

int wall_class_of_text(const char *text, enum wall_class *ret)
{
	for (size_t i = 0; i < WALL_CLASSES; i++) {
		if (same_ascii(text, class_texts[i])) {
			*ret = (enum wall_class)i;
			return 0;
		}
	}
	return -EPROTO;
}

/* SMBIOS 7.4.1: 8 to 10, 14 and 30 to 32 are carried about; 17, 23, 25, 28 and 29 stand in a
 * rack. */
static bool is_among(int value, const int *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == value)
			return true;
	return false;
}

static bool is_carried(const struct wall_machine *machine)
{
	static const int types[] = { 8, 9, 10, 14, 30, 31, 32 };

	return machine->has_battery ||
	       is_among(machine->chassis, types, ARRAY_SIZE(types));
}

static bool is_server(const struct wall_machine *machine)
{
	static const int types[] = { 17, 23, 25, 28, 29 };
	static const char *const names[] = { "Xeon", "EPYC", "Opteron", "Neoverse" };

	if (machine->chips >= 2 || is_among(machine->chassis, types, ARRAY_SIZE(types)))
		return true;
	for (size_t i = 0; machine->cpu && i < ARRAY_SIZE(names); i++)
		if (strstr(machine->cpu, names[i]))
			return true;
	return false;
}

bool wall_class_of(const struct wall_machine *machine, enum wall_class *ret)
{
	if (machine->is_virtual)
		return false;
	if (is_carried(machine))
		*ret = WALL_LAPTOP;
	else if (machine->big_gpus >= BIG_GPUS_OF_A_NODE)
		*ret = WALL_GPU_NODE;
	else
		*ret = is_server(machine) ? WALL_SERVER : WALL_DESKTOP;
	return true;
}
