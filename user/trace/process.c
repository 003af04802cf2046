// SPDX-License-Identifier: GPL-2.0-only
#include "user/trace/process.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL

/* Of a file of /proc; libvirt's command lines for QEMU have 10 KiB. */
#define MAX_TEXT (64 << 10)

/* --- the virtual machine ------------------------------------------------------------------------ */

static bool is_qemu(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;

	return !strncmp(name, "qemu-", 5) || !strcmp(name, "qemu") || !strcmp(name, "kvm");
}

/* The next of a list of QEMU's options, in which a comma that is meant stands twice. */
static const char *take_item(const char *list, char *item, size_t size)
{
	size_t len = 0;

	for (; *list && (*list != ',' || list[1] == ','); list++) {
		list += *list == ',';
		if (len < size - 1)
			item[len++] = *list;
	}
	item[len] = '\0';
	return *list ? list + 1 : list;
}

/* The name in the argument of -name: "guest=NAME", or the first, without a key. */
static char *name_of_option(const char *list)
{
	char item[256] = "", *name = NULL;

	for (bool first = true; *list; first = false) {
		const char *value = NULL;

		list = take_item(list, item, sizeof(item));
		if (!strncmp(item, "guest=", 6))
			value = item + 6;
		else if (first && !strchr(item, '='))
			value = item;
		if (!value || !*value)
			continue;
		free(name);
		name = strdup(value);
	}
	return name;
}

/* What follows the NUL that ends @arg; NULL: nothing that is whole. */
static const char *next_argument(const char *arg, const char *end)
{
	arg += strlen(arg) + 1;
	return arg < end && memchr(arg, '\0', end - arg) ? arg : NULL;
}

static char *name_of_cmdline(const char *cmdline, size_t size)
{
	const char *end = cmdline + size, *arg = cmdline;

	if (!memchr(cmdline, '\0', size) || !is_qemu(cmdline))
		return NULL;
	while ((arg = next_argument(arg, end))) {
		if (strcmp(arg, "-name") && strcmp(arg, "--name"))
			continue;
		arg = next_argument(arg, end);
		return arg ? name_of_option(arg) : NULL;
	}
	return NULL;
}

/* Undo what systemd does to names of units (systemd.unit(5)): "\x2d" is a dash. In place. */
static void unescape_unit(char *name)
{
	char *to = name;

	for (const char *from = name; *from; from++) {
		unsigned int byte;

		if (from[0] == '\\' && from[1] == 'x' && isxdigit((unsigned char)from[2]) &&
		    isxdigit((unsigned char)from[3]) && sscanf(from + 2, "%2x", &byte) == 1 &&
		    byte) {
			*to++ = byte;
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

/* libvirt has a scope for each: "machine-qemu\x2d" NUMBER "\x2d" NAME ".scope", somewhere in the path. */
static char *name_of_cgroup(const char *cgroup)
{
	static const char prefix[] = "/machine-qemu\\x2d";
	const char *unit = strstr(cgroup, prefix), *end;
	char *scope, *name = NULL;
	const char *dash;

	if (!unit)
		return NULL;
	unit += strlen(prefix);
	end = strstr(unit, ".scope");
	if (!end || (end[6] && end[6] != '/') || memchr(unit, '/', end - unit))
		return NULL;
	scope = strndup(unit, end - unit);
	if (!scope)
		return NULL;
	unescape_unit(scope);
	dash = scope + strspn(scope, "0123456789");
	if (dash > scope && *dash == '-' && dash[1])
		name = strdup(dash + 1);
	free(scope);
	return name;
}

char *process_vm_name(const char *cmdline, size_t size, const char *cgroup)
{
	char *name = name_of_cmdline(cmdline, size);

	return name || !cgroup ? name : name_of_cgroup(cgroup);
}

/* --- the cgroup --------------------------------------------------------------------------------- */

/* Of a line such as "0::/path" or "1:name=systemd:/path". */
static char *path_of(const char *text, const char *hierarchy)
{
	size_t len = strlen(hierarchy);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, "0123456789");
		if (!strncmp(line, hierarchy, len))
			return strndup(line + len, strcspn(line + len, "\n"));
	}
	return NULL;
}

char *process_cgroup(const char *text)
{
	char *path = path_of(text, "::"), *of_systemd;

	if (path && strcmp(path, "/"))
		return path;
	of_systemd = path_of(text, ":name=systemd:");
	if (!of_systemd)
		return path;
	free(path);
	return of_systemd;
}

/* --- /proc -------------------------------------------------------------------------------------- */

/* Up to MAX_TEXT bytes, with a NUL behind them, malloc'ed; NULL: it cannot be read. */
static char *read_proc(pid_t pid, const char *name, size_t *size)
{
	char path[64], *text = malloc(MAX_TEXT + 1);
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	*size = 0;
	while (text && fd >= 0 && *size < MAX_TEXT &&
	       (n = read(fd, text + *size, MAX_TEXT - *size)) > 0)
		*size += n;
	if (!text || fd < 0 || n < 0) {
		free(text);
		text = NULL;
	} else {
		text[*size] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text;
}

/* proc(5): starttime is the 20th field behind the name, which may have anything in it. */
static bool began_at(pid_t pid, uint64_t since_ns)
{
	uint64_t ticks = 0, tick_ns = NSEC_PER_SEC / sysconf(_SC_CLK_TCK);
	size_t size;
	char *stat = read_proc(pid, "stat", &size);
	const char *field = stat ? strrchr(stat, ')') : NULL;

	for (int i = 0; field && i < 20; i++)
		field = strchr(field + 1, ' ');
	if (field)
		ticks = strtoull(field, NULL, 10);
	free(stat);
	return field && ticks == since_ns / tick_ns;
}

int process_info__look(struct process_info *info, pid_t pid, uint64_t since_ns)
{
	size_t cmdline_size = 0, size;
	char *cmdline = read_proc(pid, "cmdline", &cmdline_size);
	char *cgroup = read_proc(pid, "cgroup", &size);
	int err = 0;

	*info = (struct process_info){};
	if (began_at(pid, since_ns)) { /* after the others: so they are of this process */
		info->cgroup = cgroup ? process_cgroup(cgroup) : NULL;
		info->vm = process_vm_name(cmdline ?: "", cmdline_size, info->cgroup);
	} else {
		err = -ESRCH;
	}
	free(cmdline);
	free(cgroup);
	return err;
}

void process_info__clear(struct process_info *info)
{
	free(info->cgroup);
	free(info->vm);
	*info = (struct process_info){};
}
