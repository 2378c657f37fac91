/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All of `gramme run -- CMD` where CMD does nothing but say when it began: until the
 * launcher is done, until CMD begins, and the CPU time of the launcher and the sampler. The
 * reference is CMD alone, in turn with it. Then the same with a network that takes every
 * connection and never answers, beside one that may not be used. Usage: bench-start GRAMME FIRST
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum store { STORE_NONE, STORE_WARM };

struct result {
	struct figure wall_ms;
	struct figure begin_ms;
	struct figure cpu_ms;
};

/* Everything that argv started is waited for, the orphaned sampler too. */
static void run_once(char *const argv[], struct result *ret)
{
	struct bench_cost cost;
	int64_t first_ns = 0;
	int64_t cpu_ns = 0;
	int64_t began_ns;
	int pipe_fd[2];
	pid_t pid;

	if (pipe2(pipe_fd, 0) < 0)
		bench_fail("cannot make a pipe");
	began_ns = bench_now_ns();
	pid = bench_spawn(argv, pipe_fd[1]);
	(void)close(pipe_fd[1]);
	if (!bench_wait(pid, began_ns, &cost) || cost.status != 0)
		bench_fail("%s failed", argv[0]);
	figure_add(&ret->wall_ms, (double)cost.wall_ns / 1e6);
	cpu_ns = cost.cpu_ns;
	if (read(pipe_fd[0], &first_ns, sizeof first_ns) != (ssize_t)sizeof first_ns)
		bench_fail("%s did not begin", argv[0]);
	(void)close(pipe_fd[0]);
	while (bench_wait(-1, began_ns, &cost))
		cpu_ns += cost.cpu_ns;
	figure_add(&ret->begin_ms, (double)(first_ns - began_ns) / 1e6);
	figure_add(&ret->cpu_ms, (double)cpu_ns / 1e6);
}

static void print(const char *what, const char *how, const struct figure *value,
		  const struct figure *reference, double budget)
{
	char text[96];

	(void)snprintf(text, sizeof text, "%s (%s)", what, how);
	bench_print(&(struct bench_row){ "start", text, "ms", value, "the command alone",
					 reference, budget });
}

static void bench_store(const char *gramme, const char *first, enum store store,
			const char *how)
{
	struct result tracked = { 0 };
	struct result alone = { 0 };
	int repeats = bench_quick() ? 5 : 40;
	char folder[128];
	char db[160];
	char *argv[] = { strdup(gramme), "run",         "--quiet", "--db", db,
			 "--",           strdup(first), NULL };

	bench_folder(true, folder, sizeof folder);
	(void)snprintf(db, sizeof db, "%s/warm.db", folder);
	if (store == STORE_WARM)
		run_once(argv, &(struct result){ 0 });
	for (int i = 0; i < repeats; i++) {
		if (store == STORE_NONE)
			(void)snprintf(db, sizeof db, "%s/%d/gramme.db", folder, i);
		run_once(argv, &tracked);
		run_once(argv + 6, &alone);
		/* What the disk still has to do is not the next one's to wait for. */
		bench_sleep_until(bench_now_ns() + 20 * NS_PER_MS);
	}
	bench_folder_remove(folder);
	print("run -- true: wall time", how, &tracked.wall_ms, &alone.wall_ms, 30);
	print("until the command begins", how, &tracked.begin_ms, &alone.begin_ms, 10);
	print("CPU of launcher and sampler", how, &tracked.cpu_ms, &alone.cpu_ms, 0);
	free(argv[0]);
	free(argv[6]);
}

/* The kernel takes connections for it; nobody ever reads them. */
static int open_silence(char *urls, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 64) < 0 || getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		bench_fail("cannot listen on loopback");
	(void)snprintf(urls, size, "ipinfo=http://127.0.0.1:%d/json",
		       ntohs(address.sin_port));
	return fd;
}

/* Until the launcher is done; who is left behind with the network is not waited for. */
static double wall_ms(char *const argv[])
{
	struct bench_cost cost;
	int64_t began_ns = bench_now_ns();
	pid_t pid = bench_spawn(argv, -1);

	if (!bench_wait(pid, began_ns, &cost) || cost.status != 0)
		bench_fail("%s failed", argv[0]);
	return (double)cost.wall_ns / 1e6;
}

static void bench_network(const char *gramme, const char *seconds, int repeats)
{
	struct figure hanging = { 0 };
	struct figure offline = { 0 };
	char folder[128];
	char db[160];
	char urls[96];
	char text[96];
	int fd = open_silence(urls, sizeof urls);
	char *argv[] = { strdup(gramme), "run",   "--quiet",       "--db", db,
			 "--",           "sleep", strdup(seconds), NULL };

	bench_folder(true, folder, sizeof folder);
	(void)snprintf(db, sizeof db, "%s/gramme.db", folder);
	(void)setenv("GRAMME_URLS", urls, 1);
	/* Neither of the two is to make the ledger. */
	(void)wall_ms(argv);
	for (int i = 0; i < repeats; i++) {
		(void)setenv("GRAMME_OFFLINE", "0", 1);
		figure_add(&hanging, wall_ms(argv));
		(void)setenv("GRAMME_OFFLINE", "1", 1);
		figure_add(&offline, wall_ms(argv));
	}
	(void)unsetenv("GRAMME_URLS");
	(void)close(fd);
	(void)snprintf(text, sizeof text, "run -- sleep %s: wall time (network hanging)",
		       seconds);
	bench_print(&(struct bench_row){ "start", text, "ms", &hanging,
					 "the same offline", &offline, 0 });
	bench_folder_remove(folder);
	free(argv[0]);
	free(argv[7]);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		bench_fail("usage: bench-start GRAMME FIRST");
	bench_adopt();
	bench_store(argv[1], argv[2], STORE_WARM, "into a ledger that is there");
	bench_store(argv[1], argv[2], STORE_NONE, "first run ever");
	bench_network(argv[1], "0", bench_quick() ? 5 : 40);
	bench_network(argv[1], "1", bench_quick() ? 1 : 4);
	return 0;
}
