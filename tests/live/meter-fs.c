/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meter-fs FOLDER [key=value…]: a machine of counters with a known profile, as a FUSE file
 * system to be given to gramme as --sysroot. Every read is computed at that instant.
 * meter-fs --truth T0 T1 [key=value…]: what each zone uses from T0 to T1, both nanoseconds of
 * CLOCK_MONOTONIC, in microjoules. README.md has the keys and what the control file takes.
 */
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meter-tree.h"

static struct meter_tree *own_tree(void)
{
	return fuse_get_context()->private_data;
}

static bool is_counter(const struct meter_node *node)
{
	return node->zone || node->kind == METER_MSR;
}

/* What went and came back is another file, as in sysfs. */
static ino_t inode_of(const struct meter_tree *tree, const struct meter_node *node)
{
	ino_t index = (ino_t)(node - tree->node) + 1;

	return node->zone ? index + (ino_t)node->zone->generation * METER_NODES_MAX
			  : index;
}

static int on_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	struct meter_tree *tree = own_tree();
	const struct meter_node *node = meter_tree_find(tree, path);

	(void)fi;
	if (!node)
		return -ENOENT;
	memset(st, 0, sizeof *st);
	st->st_ino = inode_of(tree, node);
	st->st_nlink = 1;
	st->st_size = 4096;
	switch (node->kind) {
	case METER_DIR:
		st->st_mode = S_IFDIR | 0755;
		break;
	case METER_LINK:
		st->st_mode = S_IFLNK | 0777;
		break;
	case METER_CONTROL:
		st->st_mode = S_IFREG | 0600;
		break;
	case METER_TEXT:
		st->st_size = (off_t)strlen(node->text);
		st->st_mode = S_IFREG | 0444;
		break;
	case METER_ENERGY:
	case METER_PERF:
	case METER_MSR:
	case METER_POWER:
		st->st_mode = S_IFREG | 0444;
		break;
	}
	return 0;
}

static int on_readlink(const char *path, char *buf, size_t size)
{
	const struct meter_node *node = meter_tree_find(own_tree(), path);

	if (!node || node->kind != METER_LINK)
		return -EINVAL;
	(void)snprintf(buf, size, "%s", node->text);
	return 0;
}

static int on_readdir(const char *path, void *buf, fuse_fill_dir_t fill, off_t offset,
		      struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
	struct meter_tree *tree = own_tree();
	size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);

	(void)offset;
	(void)fi;
	(void)flags;
	(void)fill(buf, ".", NULL, 0, 0);
	(void)fill(buf, "..", NULL, 0, 0);
	for (size_t i = 0; i < tree->count; i++) {
		const char *name = tree->node[i].path + length + 1;

		if (strncmp(tree->node[i].path, path, length) == 0 &&
		    tree->node[i].path[length] == '/' && *name && !strchr(name, '/') &&
		    meter_tree_find(tree, tree->node[i].path))
			(void)fill(buf, name, NULL, 0, 0);
	}
	return 0;
}

static int on_open(const char *path, struct fuse_file_info *fi)
{
	struct meter_node *node = meter_tree_find(own_tree(), path);

	if (!node)
		return -ENOENT;
	fi->direct_io = is_counter(node) || node->kind == METER_CONTROL;
	fi->fh = (uint64_t)(uintptr_t)node;
	return meter_tree_open(node);
}

/* By the descriptor: an open one outlives its name. */
static int on_read(const char *path, char *buf, size_t size, off_t offset,
		   struct fuse_file_info *fi)
{
	(void)path;
	return meter_tree_read(own_tree(), (struct meter_node *)(uintptr_t)fi->fh, buf,
			       size, offset);
}

static int on_write(const char *path, const char *bytes, size_t size, off_t offset,
		    struct fuse_file_info *fi)
{
	const struct meter_node *node = (struct meter_node *)(uintptr_t)fi->fh;
	char line[256];

	(void)path;
	(void)offset;
	if (node->kind != METER_CONTROL || size >= sizeof line)
		return -EINVAL;
	memcpy(line, bytes, size);
	line[size] = '\0';
	return meter_tree_control(own_tree(), line) < 0 ? -EINVAL : (int)size;
}

static int on_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
	(void)path;
	(void)size;
	(void)fi;
	return 0;
}

/* Nothing is kept by the kernel: what vanishes is gone at once. */
static void *on_init(struct fuse_conn_info *conn, struct fuse_config *config)
{
	(void)conn;
	config->use_ino = 1;
	config->entry_timeout = 0;
	config->attr_timeout = 0;
	config->negative_timeout = 0;
	config->hard_remove = 1;
	return own_tree();
}

static const struct fuse_operations operations = {
	.init = on_init,
	.getattr = on_getattr,
	.readlink = on_readlink,
	.readdir = on_readdir,
	.open = on_open,
	.read = on_read,
	.write = on_write,
	.truncate = on_truncate,
};

static int take_words(struct meter_tree *tree, char *const *words)
{
	for (; *words; words++) {
		if (meter_tree_set(tree, *words) == 0)
			continue;
		(void)fprintf(stderr, "meter-fs: '%s' is not understood\n", *words);
		return 2;
	}
	return 0;
}

static int print_truth(struct meter_tree *tree, const char *t0, const char *t1)
{
	struct meter *meter = &tree->meter;
	int64_t from_ns = strtoll(t0, NULL, 10);
	int64_t to_ns = strtoll(t1, NULL, 10);

	meter_build(meter, from_ns);
	for (size_t i = 0; i < meter->count; i++) {
		const struct meter_zone *zone = &meter->zone[i];
		uint64_t uj = meter_true_uj(meter, zone, to_ns) -
			      meter_true_uj(meter, zone, from_ns);

		(void)printf("%s %llu\n", zone->name, (unsigned long long)uj);
	}
	return 0;
}

static int mount_tree(struct meter_tree *tree, char *folder)
{
	char name[] = "meter-fs";
	char foreground[] = "-f";
	char single[] = "-s";
	char option[] = "-ofsname=meter";
	char *argv[] = { name, foreground, single, option, folder, NULL };

	meter_tree_build(tree, meter_now_ns());
	return fuse_main(5, argv, &operations, tree);
}

int main(int argc, char **argv)
{
	struct meter_tree *tree = calloc(1, sizeof *tree);
	bool truth = argc > 3 && strcmp(argv[1], "--truth") == 0;
	int r;

	if (!tree || argc < 2) {
		(void)fprintf(stderr, "usage: meter-fs FOLDER [key=value…]\n"
				      "       meter-fs --truth T0 T1 [key=value…]\n");
		return 2;
	}
	meter_tree_init(tree);
	r = take_words(tree, argv + (truth ? 4 : 2));
	if (r == 0)
		r = truth ? print_truth(tree, argv[2], argv[3])
			  : mount_tree(tree, argv[1]);
	free(tree);
	return r;
}
