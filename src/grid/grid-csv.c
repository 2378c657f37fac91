/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's own intensity: from a contract, a meter, a local grid.
 *
 * Reads: a CSV file with a header row. Columns: time (RFC 3339 with Z or an offset),
 *	gco2_per_kwh (or intensity, carbon_intensity, value), and end where steps do not follow
 *	one another. Lines before it, all optional: "# zone: DE" (then it is of that zone alone),
 *	"# basis: average, lifecycle, generation", "# error: 0.1"
 * Gives: what stands there. A row holds until the next; the last, and one before a hole of
 *	more than three times the usual step, as long as is usual; an empty value is a gap
 * Needs: nothing
 * Limits: 64 MiB; average intensity; a file with a mistake is refused whole, by its line
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "grid/csv-sheet.h"

#define FILE_SIZE_MAX (INT64_C(64) << 20)

/* Assumed where the file does not tell: what hourly figures of two sources differ by. */
#define ERROR_RATIO 0.1
#define BASIS       "average, basis not told"

extern const struct grid grid_csv;

/* The user has named the file, so it is of the place unless it says otherwise. */
static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	const char *name = place->zone[0] ? place->zone : place->text;

	(void)tables;
	return copy_text(buf, size, name[0] ? name : "anywhere");
}

static int read_fd(int fd, size_t size, char *text)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, text + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/* What is no file does not answer: a FIFO would wait for ever. */
static int read_file(const char *path, char **ret, size_t *ret_size)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	AUTO_FREE char *text = NULL;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > FILE_SIZE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	r = read_fd(fd, (size_t)st.st_size, text);
	if (r < 0)
		return r;
	*ret_size = (size_t)st.st_size;
	*ret = STEAL(text);
	return 0;
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	CLEANUP(csv_sheet_done) struct csv_sheet sheet = { .path = door->base_url };
	AUTO_FREE char *text = NULL;
	struct grid_ask ask;
	size_t size = 0;
	int r;

	grid_ask_begin(&ask, &grid_csv, door, query, ret);
	ask.diag = diag;
	sheet.ask = &ask;
	(void)zone_of(door->tables, query->place, ret->zone, sizeof ret->zone);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	ret->error_ratio = ERROR_RATIO;
	if (!door->base_url || !*door->base_url)
		return grid_ask_end(&ask, 0);
	r = read_file(door->base_url, &text, &size);
	if (r < 0)
		(void)diag_fail(diag, r, "cannot read %s", door->base_url);
	else
		r = csv_sheet_read(&sheet, text, size);
	if (r == 0)
		r = csv_sheet_points(&sheet);
	return grid_ask_end(&ask, r);
}

const struct grid grid_csv = {
	.name = "csv",
	.base_url = "",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_IS_LOCAL | GRID_HAS_FORECAST,
	.zone_of = zone_of,
	.fetch = fetch,
};
