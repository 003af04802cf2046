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

/* How long single calls wait to be fetched; sooner if their buffer fills. */
#define FETCH_NS (NSEC_PER_SEC / 20)

/* How soon after its first call a process is looked at: what it runs, and where, ends with it. */
#define PROCESSES_NS (NSEC_PER_SEC / 10)

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

/* What goes wrong while it records costs no more than it must: it is said, and kept for the exit status. */
static void note(struct recorder *recorder, const char *what, int err)
{
	if (!err)
		return;
	cli__error("%s: %s", what, strerror(-err));
	recorder->err = err;
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

/* Since the run began, by the tracer's clock. */
static uint64_t interval_start(const struct recorder *recorder)
{
	return recorder->previous ? recorder->previous->duration_ns : 0;
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
	interval->start_ns = interval_start(recorder);
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
	int err;

	/* Once: both are of the same moment, or intervals overlap. */
	tracer__poll(recorder->tracer);
	totals = make_totals(recorder);
	delta = make_totals(recorder);
	err = totals && delta ? subtract(delta, recorder->previous) : -ENOMEM;
	if (err)
		goto cleanup;
	delta->duration_ns = totals->duration_ns - interval_start(recorder);
	err = keep_interval(recorder, delta);
	if (!err && recorder->on_interval)
		recorder->on_interval(recorder->context, delta);
	run__free(recorder->previous);
	recorder->previous = totals;
	totals = NULL;
cleanup:
	run__free(totals);
	run__free(delta);
	return err;
}

/* --- the loop ---------------------------------------------------------------------------------- */

int recorder__open(struct recorder *recorder)
{
	sigset_t set;

	stop_signals(&set);
	if (sigprocmask(SIG_BLOCK, &set, &recorder->signals))
		return -errno;
	recorder->fds[RECORDER_SIGNAL] = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	for (int i = RECORDER_INTERVAL; i <= RECORDER_END; i++)
		recorder->fds[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	for (int i = RECORDER_SIGNAL; i <= RECORDER_END; i++)
		if (recorder->fds[i] < 0)
			return -errno;
	recorder->fds[RECORDER_OUTPUT] = recorder->output->fd;
	recorder->fds[RECORDER_CALLS] = -1;
	return 0;
}

void recorder__close(struct recorder *recorder)
{
	for (int i = RECORDER_SIGNAL; i <= RECORDER_END; i++)
		if (recorder->fds[i] > 0)
			close(recorder->fds[i]);
	blind_spots__free(&recorder->blind);
	run__free(recorder->previous);
	run__free(recorder->run);
}

void recorder__release_signals(struct recorder *recorder)
{
	const struct timespec now = {};
	sigset_t set;

	stop_signals(&set);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	sigprocmask(SIG_SETMASK, &recorder->signals, NULL);
}

/* A period of 0: never. */
static int set_timer(int fd, uint64_t period_ns, bool repeat)
{
	struct itimerspec spec = {
		.it_value = { period_ns / NSEC_PER_SEC, period_ns % NSEC_PER_SEC },
	};

	if (repeat)
		spec.it_interval = spec.it_value;
	return timerfd_settime(fd, 0, &spec, NULL) ? -errno : 0;
}

static int set_timers(const struct recorder *recorder)
{
	const int *fds = recorder->fds;
	uint64_t losses_ns = tracer__can_escalate(recorder->tracer) ? LOSSES_NS : 0;
	int err = set_timer(fds[RECORDER_INTERVAL], recorder->interval_ns, true);

	err = err ?: set_timer(fds[RECORDER_POLL], POLL_NS, true);
	err = err ?: set_timer(fds[RECORDER_LOSSES], losses_ns, true);
	err = err ?: set_timer(fds[RECORDER_PROCESSES], PROCESSES_NS, true);
	err = err ?: set_timer(fds[RECORDER_MAPPINGS], NSEC_PER_SEC, false);
	err = err ?: set_timer(fds[RECORDER_FETCH], recorder->on_calls ? FETCH_NS : 0, true);
	return err ?: set_timer(fds[RECORDER_END], recorder->duration_ns, false);
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
		tracer__look(recorder->tracer); /* before it is reaped */
		if (child__ended(recorder->child))
			return true;
	}
	return false;
}

/* If calls were lost: go on by an exact method. */
static void leave_losing_method(struct recorder *recorder)
{
	uint64_t skipped = tracer__skipped(recorder->tracer);
	char error[TRACE_ERROR_LEN];
	int err;

	if (!skipped)
		return;
	set_timer(recorder->fds[RECORDER_LOSSES], 0, false); /* nothing more to look after */
	err = tracer__escalate(recorder->tracer, skipped, error);
	if (!output__takes(STDERR_FILENO, 0)) /* the run says it as well */
		return;
	if (err)
		cli__error("fentry loses calls (%" PRIu64 " so far), and must go on: %s", skipped,
			   error);
	else
		cli__error("fentry had lost calls (%" PRIu64 "): went on by an exact method, at a "
			   "higher price a call (--no-escalate keeps fentry)",
			   skipped);
}

static int take_timers(struct recorder *recorder, const struct pollfd *fds)
{
	if (fds[RECORDER_POLL].revents) {
		drain_timer(fds[RECORDER_POLL].fd);
		tracer__poll(recorder->tracer);
	}
	if (fds[RECORDER_LOSSES].revents) {
		drain_timer(fds[RECORDER_LOSSES].fd);
		leave_losing_method(recorder);
	}
	if (fds[RECORDER_PROCESSES].revents) {
		drain_timer(fds[RECORDER_PROCESSES].fd);
		tracer__look(recorder->tracer);
	}
	if (fds[RECORDER_MAPPINGS].revents)
		set_timer(fds[RECORDER_MAPPINGS].fd, blind_spots__look_again(&recorder->blind),
			  false);
	if (!fds[RECORDER_INTERVAL].revents)
		return 0;
	drain_timer(fds[RECORDER_INTERVAL].fd);
	return end_interval(recorder);
}

/* Not while the reader of what was fetched before is behind: what does not fit the buffer is counted. */
static void fetch_calls(struct recorder *recorder, const struct pollfd *fds)
{
	bool due = fds[RECORDER_FETCH].revents || fds[RECORDER_CALLS].revents ||
		   recorder->calls == CALLS_MORE;

	if (fds[RECORDER_FETCH].revents)
		drain_timer(fds[RECORDER_FETCH].fd);
	if (recorder->on_calls && due && !output__pending(recorder->output))
		recorder->calls = recorder->on_calls(recorder->context);
}

/* Returns 1 when the trace is to end, else 0 or a negative errno. */
static int wait_events(struct recorder *recorder, struct pollfd *fds)
{
	bool pending = output__pending(recorder->output);
	int err;

	fds[RECORDER_OUTPUT].events = pending ? POLLOUT : 0;
	fds[RECORDER_CALLS].fd = recorder->on_calls && !pending ? recorder->fds[RECORDER_CALLS]
								: -1;
	if (poll(fds, NR_RECORDER_FDS, recorder->calls == CALLS_MORE && !pending ? 0 : -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[RECORDER_SIGNAL].revents && take_signal(recorder, fds[RECORDER_SIGNAL].fd))
		return 1;
	/* A pipe without a reader, a terminal that is gone. */
	if (fds[RECORDER_OUTPUT].revents & ~POLLOUT) {
		recorder->signal = SIGHUP;
		return 1;
	}
	if (fds[RECORDER_OUTPUT].revents)
		output__push(recorder->output);
	fetch_calls(recorder, fds);
	if (recorder->calls == CALLS_OVER)
		return 1;
	err = take_timers(recorder, fds);
	return err ?: fds[RECORDER_END].revents != 0;
}

/* What is opened later is seen from its first access on. */
int recorder__start(struct recorder *recorder, char *error)
{
	struct open_rows open;
	int err = open_scan__look(recorder->scan, &open, error);

	if (err)
		return err;
	trace_ask_layout(&open);
	free(open.rows);
	recorder->blind.devices = recorder->devices;
	recorder->blind.selectors = recorder->selectors;
	recorder->blind.scan = recorder->scan;
	recorder->blind.tracer = recorder->tracer;
	err = blind_spots__before(&recorder->blind, error);
	if (err)
		return err;
	tracer__activate(recorder->tracer);
	return blind_spots__begin(&recorder->blind, error);
}

static void wait_for_end(struct recorder *recorder)
{
	struct pollfd fds[NR_RECORDER_FDS];
	int err = set_timers(recorder);

	if (recorder->on_calls)
		recorder->fds[RECORDER_CALLS] = tracer__snoop_fd(recorder->tracer);
	for (int i = 0; i < NR_RECORDER_FDS; i++)
		fds[i] = (struct pollfd){ .fd = recorder->fds[i], .events = POLLIN };
	if (!err && child__ended(recorder->child))
		return;
	while (!err)
		err = wait_events(recorder, fds);
	if (err < 0)
		note(recorder, "the trace ends early", err);
}

void recorder__loop(struct recorder *recorder)
{
	wait_for_end(recorder);
	blind_spots__look(&recorder->blind);
}

/* --- the end ----------------------------------------------------------------------------------- */

int recorder__finish(struct recorder *recorder)
{
	struct run *run = recorder->run;
	int err;

	if (recorder->interval_ns)
		note(recorder, "cannot sum up the last interval", end_interval(recorder));
	err = tracer__fill(recorder->tracer, run);
	if (err)
		return err;
	note(recorder, "cannot describe all devices", machine__complete(recorder->devices, run));
	note(recorder, "cannot name all blind spots", blind_spots__fill(&recorder->blind, run));
	child__fill(recorder->child, &run->command);
	return 0;
}
