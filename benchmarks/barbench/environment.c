// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/barbench/environment.h"
#include "benchmarks/barbench/sysfs.h"

/* Whether the comma list @text has @word. */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word), n;

	for (; *text; text += n + (text[n] == ',')) {
		n = strcspn(text, ",");
		if (n == len && !strncmp(text, word, n))
			return true;
	}
	return false;
}

void environment__governors(const char *sysfs, const struct cpu_list *cpus, char *text, size_t len)
{
	size_t used = 0, i;
	char governor[32];

	text[0] = '\0';
	for (i = 0; i < cpus->nr; i++) {
		sysfs__read_line(governor, sizeof(governor),
				 "%s/devices/system/cpu/cpu%u/cpufreq/scaling_governor", sysfs,
				 cpus->cpus[i]);
		if (!governor[0] || has_word(text, governor))
			continue;
		used += (size_t)snprintf(text + used, len - used, "%s%s", used ? "," : "",
					 governor);
		if (used >= len) {
			text[0] = '\0';
			return;
		}
	}
}

void environment__frequency(const char *sysfs, const struct cpu_list *cpus, struct run_range *khz)
{
	char text[32];

	for (size_t i = 0; i < cpus->nr; i++) {
		uint64_t now;

		sysfs__read_line(text, sizeof(text),
				 "%s/devices/system/cpu/cpu%u/cpufreq/scaling_cur_freq", sysfs,
				 cpus->cpus[i]);
		now = strtoull(text, NULL, 10);
		if (!now || now > UINT32_MAX)
			continue;
		if (!khz->max || now < khz->min)
			khz->min = now;
		if (now > khz->max)
			khz->max = now;
	}
}
