// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <time.h>

#include "user/run/run.h"

#define NS_PER_S 1000000000LL

const char *run_time__format(int64_t ns, char *buf, size_t len)
{
	time_t seconds = ns / NS_PER_S;
	long rest = ns % NS_PER_S;
	char date[24];
	struct tm tm;

	if (rest < 0) {
		rest += NS_PER_S;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, len, "%s.%09ldZ", date, rest);
	return buf;
}

/*
 * Formatting what was understood must give the text again: that rejects the 30th of February,
 * leap seconds, signs and blanks, and every other form.
 */
int run_time__parse(const char *text, int64_t *ns)
{
	char again[RUN_TIME_LEN];
	struct tm tm = {};
	int64_t at;
	long rest;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%9ldZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &rest) != 7)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	if (tm.tm_year < 70 || __builtin_mul_overflow(timegm(&tm), NS_PER_S, &at) ||
	    __builtin_add_overflow(at, rest, &at))
		return -EINVAL;
	if (strcmp(run_time__format(at, again, sizeof(again)), text))
		return -EINVAL;
	*ns = at;
	return 0;
}
