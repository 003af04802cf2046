// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "user/cli/cli.h"

#define NSEC_PER_SEC 1000000000ULL

/*
 * The kernel's 32-bit buckets must be read before one wraps: at ten million accesses a second in a
 * single bucket that takes 7 minutes.
 */
#define POLL_NS (60 * NSEC_PER_SEC)

/* How soon a method that loses calls is left. */
#define LOSSES_NS (NSEC_PER_SEC / 10)

/* Intervals kept in the run; what comes later is counted, not kept. */
#define MAX_INTERVALS 3600

static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGCHLD);
}

int recorder__block_signals(sigset_t *before)
{
	sigset_t set;

	stop_signals(&set);
	return sigprocmask(SIG_BLOCK, &set, before) ? -errno : 0;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* --- intervals --------------------------------------------------------------------------------- */

/* Totals at the last poll, in a run without a header. NULL: no memory. */
static struct run *make_totals(struct recorder *recorder)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	if (tracer__fill(recorder->tracer, run) || machine__complete(recorder->devices, run)) {
		run__free(run);
		return NULL;
	}
	return run;
}

/* Turn totals into what happened since @older. Indexes of cells stay from snapshot to snapshot. */
static int subtract(struct run *run, const struct run *older)
{
	for (size_t i = 0; older && i < older->nr_cells; i++) {
		int err = run_cell__subtract(&run->cells[i], &older->cells[i]);

		if (err)
			return err;
	}
	return 0;
}

static int keep_interval(struct recorder *recorder, const struct run *delta)
{
	struct run_interval *interval;

	if (recorder->run->nr_intervals >= MAX_INTERVALS) {
		recorder->run->limits.intervals_dropped++;
		return 0;
	}
	interval = run__add_interval(recorder->run);
	if (!interval)
		return -ENOMEM;
	interval->start_ns = recorder->interval_start_ns - recorder->start_ns;
	interval->duration_ns = delta->duration_ns;
	for (size_t i = 0; i < delta->nr_cells; i++) {
		const struct run_cell *cell = &delta->cells[i];
		struct run_interval_cell *kept;

		if (!cell->count)
			continue;
		kept = run_interval__add_cell(interval);
		if (!kept)
			return -ENOMEM;
		*kept = (struct run_interval_cell){ .cell = i,
						    .count = cell->count,
						    .bytes = cell->bytes,
						    .errors = cell->errors,
						    .sum_ns = cell->latency.sum_ns };
	}
	return 0;
}

static int end_interval(struct recorder *recorder)
{
	struct run *totals, *delta;
	uint64_t now = now_ns();
	int err;

	tracer__poll(
		recorder->tracer); /* once: both are of the same moment, or intervals overlap */
	totals = make_totals(recorder);
	delta = make_totals(recorder);
	err = totals && delta ? subtract(delta, recorder->previous) : -ENOMEM;
	if (err)
		goto cleanup;
	delta->duration_ns = now - recorder->interval_start_ns;
	err = keep_interval(recorder, delta);
	if (!err && recorder->on_interval)
		recorder->on_interval(recorder->context, delta);
	run__free(recorder->previous);
	recorder->previous = totals;
	recorder->interval_start_ns = now;
	totals = NULL;
cleanup:
	run__free(totals);
	run__free(delta);
	return err;
}

/* --- the loop ---------------------------------------------------------------------------------- */

static int make_timer(uint64_t period_ns, bool repeat)
{
	struct itimerspec spec = {
		.it_value = { period_ns / NSEC_PER_SEC, period_ns % NSEC_PER_SEC },
	};
	int fd;

	if (!period_ns)
		return -1; /* poll() passes over it */
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (repeat)
		spec.it_interval = spec.it_value;
	if (fd >= 0)
		timerfd_settime(fd, 0, &spec, NULL);
	return fd;
}

static void drain_timer(int fd)
{
	uint64_t ticks;

	/* Late ticks are one: the interval's own duration is measured. */
	while (read(fd, &ticks, sizeof(ticks)) < 0 && errno == EINTR)
		;
}

/* True: the trace is to end. */
static bool take_signal(struct recorder *recorder, int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD) {
			recorder->signal = info.ssi_signo;
			return true;
		}
		if (child__ended(recorder->child))
			return true;
	}
	return false;
}

/* If calls were lost: go on by an exact method. True: there is nothing more to look after. */
static bool leave_losing_method(struct recorder *recorder)
{
	uint64_t skipped = tracer__skipped(recorder->tracer);
	char error[TRACE_ERROR_LEN];

	if (!skipped)
		return false;
	if (tracer__escalate(recorder->tracer, skipped, error))
		cli__error("fentry loses calls (%" PRIu64 " so far), and must go on: %s", skipped,
			   error);
	else
		cli__error("fentry had lost calls (%" PRIu64 "): went on by an exact method, at a "
			   "higher price a call (--no-escalate keeps fentry)",
			   skipped);
	return true;
}

enum { FD_SIGNAL, FD_INTERVAL, FD_POLL, FD_LOSSES, FD_END, FD_STDOUT, NR_FDS };

static void close_timer(struct pollfd *timer)
{
	close(timer->fd);
	timer->fd = -1;
}

static int wait_events(struct recorder *recorder, struct pollfd *fds)
{
	for (;;) {
		int err = 0;

		if (poll(fds, NR_FDS, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[FD_SIGNAL].revents && take_signal(recorder, fds[FD_SIGNAL].fd))
			return 0;
		if (fds[FD_STDOUT].revents) { /* a pipe without a reader, a terminal that is gone */
			recorder->signal = SIGHUP;
			return 0;
		}
		if (fds[FD_POLL].revents) {
			drain_timer(fds[FD_POLL].fd);
			tracer__poll(recorder->tracer);
		}
		if (fds[FD_LOSSES].revents) {
			drain_timer(fds[FD_LOSSES].fd);
			if (leave_losing_method(recorder))
				close_timer(&fds[FD_LOSSES]);
		}
		if (fds[FD_INTERVAL].revents) {
			drain_timer(fds[FD_INTERVAL].fd);
			err = end_interval(recorder);
		}
		if (err || fds[FD_END].revents)
			return err;
	}
}

void recorder__start(struct recorder *recorder)
{
	recorder->start_ns = recorder->interval_start_ns = now_ns();
	tracer__activate(recorder->tracer);
}

int recorder__loop(struct recorder *recorder)
{
	struct pollfd fds[NR_FDS];
	sigset_t set;
	int err = 0;

	stop_signals(&set);
	fds[FD_STDOUT].fd = STDOUT_FILENO;
	fds[FD_SIGNAL].fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fds[FD_INTERVAL].fd = make_timer(recorder->interval_ns, true);
	fds[FD_POLL].fd = make_timer(POLL_NS, true);
	fds[FD_LOSSES].fd = make_timer(recorder->escalate ? LOSSES_NS : 0, true);
	fds[FD_END].fd = make_timer(recorder->duration_ns, false);
	for (int i = 0; i < NR_FDS; i++)
		fds[i].events = i == FD_STDOUT ? 0 : POLLIN; /* of stdout only its end */
	if (fds[FD_SIGNAL].fd < 0)
		err = -errno;
	else if (!child__ended(recorder->child))
		err = wait_events(recorder, fds);
	for (int i = 0; i < NR_FDS; i++)
		if (i != FD_STDOUT && fds[i].fd >= 0)
			close(fds[i].fd);
	return err;
}

/* --- the end ----------------------------------------------------------------------------------- */

int recorder__finish(struct recorder *recorder)
{
	int err = 0;

	if (recorder->interval_ns)
		err = end_interval(recorder); /* the rest since the last one */
	if (!err)
		err = tracer__fill(recorder->tracer, recorder->run);
	if (!err)
		err = machine__complete(recorder->devices, recorder->run);
	if (!err)
		err = machine__add_blind_spots(recorder->devices, recorder->selectors,
					       recorder->run);
	child__fill(recorder->child, &recorder->run->command);
	run__free(recorder->previous);
	recorder->previous = NULL;
	return err;
}
