/* SPDX-License-Identifier: Apache-2.0 */
/* What the caller of gramme_import() told: looked at before anything is read. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "engine/import-internal.h"
#include "place/factor.h"

static int take_tags(struct import_job *job)
{
	const char *const *tags = job->opts->tags;

	for (; tags && *tags; tags++) {
		struct run_tag *tag = &job->tags[job->tag_count];
		const char *equals = strchr(*tags, '=');

		if (!equals || equals == *tags ||
		    (size_t)(equals - *tags) >= sizeof tag->key)
			return diag_say(import_diag(job), -EINVAL,
					"the tag '%.60s' is not key=value", *tags);
		if (job->tag_count == IMPORT_TAGS_MAX)
			return diag_say(import_diag(job), -EINVAL, "more than %d tags",
					IMPORT_TAGS_MAX);
		memcpy(tag->key, *tags, (size_t)(equals - *tags));
		(void)copy_text(tag->value, sizeof tag->value, equals + 1);
		job->tag_count++;
	}
	return 0;
}

int import_take_opts(struct import_job *job)
{
	const struct gramme_import_opts *opts = job->opts;
	struct place place;
	int r = take_tags(job);

	if (r == 0 && opts->region)
		r = place_of_text(job->door.tables, opts->region, import_diag(job),
				  &place);
	if (r < 0)
		return r;
	if (opts->pue != 0 && !(opts->pue >= 1 && opts->pue < 100))
		return diag_say(import_diag(job), -EINVAL, "the PUE is not 1 or more");
	if (!opts->paths || !opts->paths[0])
		return diag_say(import_diag(job), -EINVAL, "there is nothing to import");
	if (!opts->format)
		return 0;
	job->find.only = import_find_format(opts->format);
	return job->find.only ? 0
			      : diag_say(import_diag(job), -EINVAL,
					 "there is no format '%.40s'", opts->format);
}
