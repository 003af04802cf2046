// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "benchmarks/barbench/clock.h"
#include "benchmarks/barbench/crew.h"
#include "benchmarks/barbench/fault.h"
#include "benchmarks/barbench/interrupt.h"

#define WATCH_NS (200 * NSEC_PER_MSEC)

/*
 * A chunk is what runs between two looks at the clock and the stop flag: long enough for the looks
 * (some 50 ns) to vanish, short enough for an interrupt to be obeyed at once.
 */
#define CHUNK_NS (2 * NSEC_PER_MSEC)
#define CHUNK_MAX (1ULL << 24)

struct member {
	pthread_t thread;
	struct crew *crew;
	struct lane *lane;
	uint64_t quota;
	uint64_t ops, start_ns, end_ns; /* of the stint */
	bool whole;
};

struct crew {
	struct member *members;
	uint32_t nr;
	pthread_barrier_t line_up; /* of the members, before the clock starts */
	pthread_mutex_t lock;
	pthread_cond_t called, done;
	struct stint stint;
	uint64_t stints; /* called so far */
	uint32_t busy; /* members that have not finished the last one */
	bool dismissed;
	volatile bool halt; /* no more chunks; read without the lock */
};

struct chunk {
	struct lane *lane;
	access_loop *loop;
	uint64_t n;
};

static void run_chunk(void *arg)
{
	struct chunk *chunk = arg;

	chunk->loop(chunk->lane, chunk->n);
}

/* How many of a chunk were made before a SIGBUS is not known: the one that got it is booked. */
static uint64_t book_chunk(struct lane *lane, uint64_t n, int err)
{
	if (err) {
		tally__error(&lane->tally, -err, 1);
		lane->tally.gone = true;
		n = 1;
	}
	lane->operations += n;
	return n;
}

struct ending {
	struct lane *lane;
	const struct stint *stint;
};

static void run_ending(void *arg)
{
	const struct ending *ending = arg;
	struct lane *lane = ending->lane;
	const struct pattern *pattern = lane->pattern;
	uint64_t last = (lane->cursor ? lane->cursor : pattern->lap) - 1;

	ending->stint->at_end(&lane->target, lane,
			      lane->target.origin + pattern__place(pattern, last));
}

static void end_stint(struct lane *lane, const struct stint *stint)
{
	struct ending ending = { .lane = lane, .stint = stint };
	int err = fault__guard(run_ending, &ending);

	lane->read_backs++;
	if (err) {
		tally__error(&lane->read_back_tally, -err, 1);
		lane->read_back_tally.gone = true;
	}
}

static void adapt_chunk(struct lane *lane, uint64_t took_ns)
{
	if (took_ns < CHUNK_NS / 2 && lane->chunk < CHUNK_MAX)
		lane->chunk *= 2;
	else if (took_ns > CHUNK_NS * 2 && lane->chunk > 1)
		lane->chunk /= 2;
}

static void work(struct member *member, const struct stint *stint)
{
	struct crew *crew = member->crew;
	struct lane *lane = member->lane;
	struct chunk chunk = { .lane = lane, .loop = stint->loop };
	uint64_t left = member->quota, now, before, deadline;
	bool over;

	member->ops = 0;
	pthread_barrier_wait(&crew->line_up);
	now = member->start_ns = clock__now();
	deadline = stint->duration_ns < UINT64_MAX - now ? now + stint->duration_ns : UINT64_MAX;
	while (left && now < deadline && !crew->halt && !interrupt__pending()) {
		chunk.n = left < lane->chunk ? left : lane->chunk;
		before = now;
		member->ops += book_chunk(lane, chunk.n, fault__guard(run_chunk, &chunk));
		now = clock__now();
		left -= chunk.n;
		if (lane__is_gone(lane))
			crew->halt = true;
		if (chunk.n == lane->chunk)
			adapt_chunk(lane, now - before);
	}
	over = !left || now >= deadline;
	if (stint->at_end && member->ops && !lane__is_gone(lane)) {
		end_stint(lane, stint);
		now = clock__now();
	}
	member->end_ns = now;
	member->whole = over && !lane__is_gone(lane);
}

static void *serve(void *arg)
{
	struct member *member = arg;
	struct crew *crew = member->crew;
	struct stint stint;
	uint64_t seen = 0;

	pthread_mutex_lock(&crew->lock);
	for (;;) {
		while (crew->stints == seen && !crew->dismissed)
			pthread_cond_wait(&crew->called, &crew->lock);
		if (crew->dismissed)
			break;
		seen = crew->stints;
		stint = crew->stint;
		pthread_mutex_unlock(&crew->lock);

		work(member, &stint);

		pthread_mutex_lock(&crew->lock);
		if (!--crew->busy)
			pthread_cond_signal(&crew->done);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static struct crew *new_crew(struct lane *lanes, uint32_t nr)
{
	pthread_condattr_t monotonic;
	struct crew *crew = calloc(1, sizeof(*crew));
	uint32_t i;

	if (!crew)
		return NULL;
	crew->members = calloc(nr, sizeof(*crew->members));
	if (!crew->members) {
		free(crew);
		return NULL;
	}
	for (i = 0; i < nr; i++) {
		crew->members[i].crew = crew;
		crew->members[i].lane = &lanes[i];
	}
	pthread_barrier_init(&crew->line_up, NULL, nr);
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->called, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&crew->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return crew;
}

static int start_member(struct member *member, const struct cpu_list *cpus, uint32_t index)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	if (cpus) {
		CPU_ZERO(&set);
		CPU_SET(cpu_list__of_thread(cpus, index), &set);
		err = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	}
	if (!err)
		err = pthread_create(&member->thread, &attr, serve, member);
	pthread_attr_destroy(&attr);
	return -err;
}

int crew__start(struct crew **out, struct lane *lanes, uint32_t nr, const struct cpu_list *cpus)
{
	struct crew *crew = new_crew(lanes, nr);
	int err;

	if (!crew)
		return -ENOMEM;
	for (; crew->nr < nr; crew->nr++) {
		err = start_member(&crew->members[crew->nr], cpus, crew->nr);
		if (err) {
			crew__stop(crew);
			return err;
		}
	}
	*out = crew;
	return 0;
}

/* The first lanes take what does not divide. */
static void share_out(struct crew *crew, uint64_t ops)
{
	uint32_t i;

	for (i = 0; i < crew->nr; i++) {
		uint64_t share = ops / crew->nr + (i < ops % crew->nr ? 1 : 0);

		crew->members[i].quota = ops == UINT64_MAX ? UINT64_MAX : share;
	}
}

static void wait_for_members(struct crew *crew, bool (*watch)(void *arg), void *arg)
{
	struct timespec until;
	uint64_t next = clock__now();

	while (crew->busy) {
		next += WATCH_NS;
		until.tv_sec = (time_t)(next / NSEC_PER_SEC);
		until.tv_nsec = (long)(next % NSEC_PER_SEC);
		while (crew->busy && !pthread_cond_timedwait(&crew->done, &crew->lock, &until))
			;
		if (crew->busy && watch(arg))
			crew->halt = true;
	}
}

static void sum_up(const struct crew *crew, struct stint_result *result)
{
	uint64_t start = UINT64_MAX, end = 0;
	uint32_t i;

	result->ops = 0;
	result->whole = true;
	for (i = 0; i < crew->nr; i++) {
		const struct member *member = &crew->members[i];

		result->ops += member->ops;
		result->whole &= member->whole;
		if (!member->ops)
			continue;
		if (member->start_ns < start)
			start = member->start_ns;
		if (member->end_ns > end)
			end = member->end_ns;
	}
	result->elapsed_ns = result->ops ? end - start : 0;
}

void crew__work(struct crew *crew, const struct stint *stint, bool (*watch)(void *arg), void *arg,
		struct stint_result *result)
{
	pthread_mutex_lock(&crew->lock);
	share_out(crew, stint->ops);
	crew->stint = *stint;
	crew->busy = crew->nr;
	crew->stints++;
	pthread_cond_broadcast(&crew->called);
	wait_for_members(crew, watch, arg);
	pthread_mutex_unlock(&crew->lock);
	sum_up(crew, result);
}

void crew__stop(struct crew *crew)
{
	uint32_t i;

	if (!crew)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->dismissed = true;
	pthread_cond_broadcast(&crew->called);
	pthread_mutex_unlock(&crew->lock);
	for (i = 0; i < crew->nr; i++)
		pthread_join(crew->members[i].thread, NULL);
	pthread_cond_destroy(&crew->called);
	pthread_cond_destroy(&crew->done);
	pthread_mutex_destroy(&crew->lock);
	pthread_barrier_destroy(&crew->line_up);
	free(crew->members);
	free(crew);
}
