// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "user/run/run.h"

/* "4", "1": numbers that may not be known as text that may be empty. */
static const char *number_text(int number, const char *format, char *text, size_t len)
{
	text[0] = '\0';
	if (number >= 0)
		snprintf(text, len, format, number);
	return text;
}

void run__describe_setting(const struct run *run, char *text, size_t len)
{
	static const struct run_device unknown = { .link_width = -1,
						   .numa_node = -1,
						   .maxstbl = -1 };
	const struct run_device *device = run->nr_devices ? &run->devices[0] : &unknown;
	char lanes[16], node[16], block[32];
	const struct {
		const char *before, *value, *after;
	} facts[] = {
		{ "link ", device->link_speed,
		  number_text(device->link_width, " x%d", lanes, sizeof(lanes)) },
		{ "NUMA node ", number_text(device->numa_node, "%d", node, sizeof(node)), "" },
		{ "store blocks up to ", number_text(device->maxstbl, "%d", block, sizeof(block)),
		  " bytes" },
		{ "power ", device->runtime_status, " before opening" },
		{ "mapping ", run->setting.mapping, "" },
		{ "governor ", run->setting.governor, "" },
		{ "threads pinned to CPUs ", run->setting.cpus, "" },
	};
	size_t used = 0, i;

	text[0] = '\0';
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]) && used < len; i++) {
		if (!facts[i].value || !facts[i].value[0])
			continue;
		used += (size_t)snprintf(text + used, len - used, "%s%s%s%s", used ? ", " : "",
					 facts[i].before, facts[i].value, facts[i].after);
	}
}
