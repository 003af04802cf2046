// SPDX-License-Identifier: GPL-2.0-only
#include "user/analyze/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/run/array.h"

int units__add_cell(struct audit *audit, size_t index, const struct run_cell *cell)
{
	struct audit_units *seen = &audit->seen;
	struct audit_client *client;

	for (size_t i = seen->nr_list; i && seen->list[i - 1].run == index; i--)
		if (seen->list[i - 1].process == cell->process)
			return 0;
	client = array__append(&seen->list, &seen->nr_list, sizeof(*client));
	if (!client)
		return -ENOMEM;
	*client = (struct audit_client){ index, cell->process };
	seen->clients += cell->process != RUN_NO_PROCESS;
	seen->without_clients += cell->process == RUN_NO_PROCESS;
	return 0;
}

static bool is_unit(const struct audit_units *seen, size_t run)
{
	for (size_t i = 0; i < seen->nr_list; i++)
		if (seen->list[i].run == run)
			return true;
	return false;
}

static bool same_kernel(const struct run *a, const struct run *b)
{
	return !strcmp(a->host.kernel, b->host.kernel) && !strcmp(a->host.arch, b->host.arch);
}

static enum run_answer worse(enum run_answer a, enum run_answer b)
{
	static const int rank[] = { [RUN_NO] = 0, [RUN_UNKNOWN] = 1, [RUN_YES] = 2 };

	return rank[a] > rank[b] ? a : b;
}

/* Was a device of the policy, on which there were calls, open before the trace began? */
static enum run_answer opened_before(const struct audit *audit, const struct run *run)
{
	enum run_answer answer = RUN_NO;

	for (size_t i = 0; i < run->nr_cells; i++) {
		const struct run_device *device = &run->devices[run->cells[i].device];
		enum run_answer one = RUN_UNKNOWN;

		if (policy__matches(audit->policy, device) != POLICY_MATCHES)
			continue;
		for (size_t j = 0; j < run->nr_blind_spots; j++) {
			const struct run_blind_spot *spot = &run->blind_spots[j];

			if (!strcmp(spot->kind, "opened-before-trace") &&
			    (!spot->device || !strcmp(spot->device, device->name)))
				one = spot->answer;
		}
		answer = worse(answer, one);
	}
	return answer;
}

/* Counts those of @run; false if it does not tell them. */
static bool add_sessions(const struct audit *audit, const struct run *run, uint64_t *sessions)
{
	for (size_t i = 0; i < run->nr_devices; i++) {
		const struct run_device *device = &run->devices[i];

		if (policy__matches(audit->policy, device) != POLICY_MATCHES)
			continue;
		if (!device->sessions_ended && !device->sessions_open)
			return false;
		*sessions += device->sessions_ended + device->sessions_open;
	}
	return true;
}

void units__finish(struct audit *audit, struct run *const *runs)
{
	struct audit_units *seen = &audit->seen;

	for (size_t i = 0; i < audit->nr_runs; i++) {
		enum run_answer answer;
		bool fresh = true;

		if (!is_unit(seen, i))
			continue;
		answer = opened_before(audit, runs[i]);
		seen->from_open += answer == RUN_NO;
		seen->late += answer == RUN_YES;
		seen->phase_unknown += answer == RUN_UNKNOWN;
		seen->without_sessions += !add_sessions(audit, runs[i], &seen->sessions);
		for (size_t j = 0; fresh && j < i; j++)
			fresh = !is_unit(seen, j) || !same_kernel(runs[i], runs[j]);
		seen->kernels += fresh;
	}
}

void units__free(struct audit *audit)
{
	free(audit->seen.list);
}
