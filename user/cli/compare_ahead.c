// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/compare_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <zlib.h>

#include "user/run/read_file.h"

#define MOST_THREADS 8
#define SLOTS (2 * MOST_THREADS)

struct slot {
	bool ready;
	struct compare_parsed parsed;
};

/* Files from @turn to @begun are in the slots of their number, being parsed or ready. */
struct compare_ahead {
	const struct compare_file *files;
	size_t nr, begun, turn;
	size_t nr_threads;
	pthread_t threads[MOST_THREADS];
	pthread_mutex_t lock; /* over begun, turn and ready */
	pthread_cond_t changed;
	struct slot slots[SLOTS];
};

void compare_parsed__free(struct compare_parsed *parsed)
{
	run__free(parsed->run);
	hyperfine__free(&parsed->hyperfine);
}

static void parse(const char *path, struct compare_parsed *parsed)
{
	const char *reason;
	char *text;
	size_t size;

	*parsed = (struct compare_parsed){ .error = "out of memory" };
	parsed->err = read_file(path, RUN_MAX_FILE, &text, &size, &reason);
	if (parsed->err) {
		snprintf(parsed->error, sizeof(parsed->error), "%s: %s", path, reason);
		return;
	}
	parsed->size = size;
	parsed->sum = (uint64_t)crc32_z(0, (const Bytef *)text, size) << 32 |
		      adler32_z(1, (const Bytef *)text, size);
	if (hyperfine__is_export(text, size))
		parsed->err = hyperfine__parse(&parsed->hyperfine, text, size, path, parsed->error,
					       sizeof(parsed->error));
	else
		parsed->err = run__parse(text, size, path, &parsed->run, parsed->error,
					 sizeof(parsed->error));
	free(text);
}

static void *work(void *arg)
{
	struct compare_ahead *ahead = arg;

	pthread_mutex_lock(&ahead->lock);
	while (ahead->begun < ahead->nr) {
		size_t i = ahead->begun;

		if (i >= ahead->turn + 2 * ahead->nr_threads) {
			pthread_cond_wait(&ahead->changed, &ahead->lock);
			continue;
		}
		ahead->begun++;
		pthread_mutex_unlock(&ahead->lock);
		parse(ahead->files[i].path, &ahead->slots[i % SLOTS].parsed);
		pthread_mutex_lock(&ahead->lock);
		ahead->slots[i % SLOTS].ready = true;
		pthread_cond_broadcast(&ahead->changed);
	}
	pthread_mutex_unlock(&ahead->lock);
	return NULL;
}

/* As many as there are CPUs for this process, and files; one at least. */
static size_t threads_for(size_t nr_files)
{
	cpu_set_t cpus;
	size_t nr = sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 : (size_t)CPU_COUNT(&cpus);

	if (nr > MOST_THREADS)
		nr = MOST_THREADS;
	return nr < nr_files ? nr : nr_files;
}

/* One thread is enough; more are only quicker. */
static int start(struct compare_ahead *ahead, size_t nr_threads)
{
	int err = 0;

	pthread_mutex_lock(&ahead->lock);
	while (!err && ahead->nr_threads < nr_threads) {
		err = pthread_create(&ahead->threads[ahead->nr_threads], NULL, work, ahead);
		ahead->nr_threads += !err;
	}
	pthread_mutex_unlock(&ahead->lock);
	return ahead->nr_threads || !nr_threads ? 0 : -err;
}

int compare_ahead__new(struct compare_ahead **ahead, const struct compare_file *files, size_t nr)
{
	int err;

	*ahead = calloc(1, sizeof(**ahead));
	if (!*ahead)
		return -ENOMEM;
	(*ahead)->files = files;
	(*ahead)->nr = nr;
	pthread_mutex_init(&(*ahead)->lock, NULL);
	pthread_cond_init(&(*ahead)->changed, NULL);
	err = start(*ahead, threads_for(nr));
	if (err) {
		compare_ahead__free(*ahead);
		*ahead = NULL;
	}
	return err;
}

void compare_ahead__take(struct compare_ahead *ahead, struct compare_parsed *parsed)
{
	struct slot *slot = &ahead->slots[ahead->turn % SLOTS];

	pthread_mutex_lock(&ahead->lock);
	while (!slot->ready)
		pthread_cond_wait(&ahead->changed, &ahead->lock);
	*parsed = slot->parsed;
	slot->ready = false;
	ahead->turn++;
	pthread_cond_broadcast(&ahead->changed);
	pthread_mutex_unlock(&ahead->lock);
}

void compare_ahead__free(struct compare_ahead *ahead)
{
	if (!ahead)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->nr = ahead->begun;
	pthread_cond_broadcast(&ahead->changed);
	pthread_mutex_unlock(&ahead->lock);
	for (size_t i = 0; i < ahead->nr_threads; i++)
		pthread_join(ahead->threads[i], NULL);
	for (; ahead->turn < ahead->begun; ahead->turn++)
		compare_parsed__free(&ahead->slots[ahead->turn % SLOTS].parsed);
	pthread_cond_destroy(&ahead->changed);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}
