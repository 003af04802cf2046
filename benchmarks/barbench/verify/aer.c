// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/barbench/pci_sysfs.h"
#include "benchmarks/barbench/verify/aer.h"

/* What a read past the first says is what is so then: sysfs makes the text anew. */
static void read_text(int fd, char *text)
{
	ssize_t n = pread(fd, text, AER_MAX_TEXT - 1, 0);

	text[n > 0 ? n : 0] = '\0';
}

static void watch_device(struct aer *aer, const char *path, const char *bdf)
{
	static const char *const kinds[] = { "correctable", "nonfatal", "fatal" };
	char name[PATH_MAX + 32];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && aer->nr_files < AER_MAX_FILES; i++) {
		struct aer_file *file = &aer->files[aer->nr_files];

		snprintf(name, sizeof(name), "%s/aer_dev_%s", path, kinds[i]);
		file->fd = open(name, O_RDONLY | O_CLOEXEC);
		if (file->fd < 0)
			continue;
		snprintf(file->device, sizeof(file->device), "%s", bdf);
		file->kind = kinds[i];
		read_text(file->fd, file->text);
		aer->nr_files++;
	}
}

/* From the device up: its directory is in that of the bridge it is behind. */
void aer__start(struct aer *aer, const char *sysfs, const char *bdf)
{
	char link[PATH_MAX], path[PATH_MAX], name[sizeof(aer->files[0].device)], *slash;

	aer->nr_files = 0;
	snprintf(link, sizeof(link), "%s/bus/pci/devices/%s", sysfs, bdf);
	if (!realpath(link, path))
		return;
	while ((slash = strrchr(path, '/')) &&
	       !pci_sysfs__parse_bdf(slash + 1, name, sizeof(name))) {
		watch_device(aer, path, name);
		*slash = '\0';
	}
}

void aer__close(struct aer *aer)
{
	size_t i;

	for (i = 0; i < aer->nr_files; i++)
		close(aer->files[i].fd);
	aer->nr_files = 0;
}

/* The first line that differs. */
static void describe(const struct aer_file *file, const char *now, char *text, size_t len)
{
	const char *then = file->text;
	size_t n;

	while (*then && *now) {
		n = strcspn(then, "\n");
		if (strncmp(then, now, n + 1))
			break;
		now += n + (then[n] == '\n');
		then += n + (then[n] == '\n');
	}
	snprintf(text, len, "%s of %s: %.*s, now %.*s", file->kind, file->device,
		 (int)strcspn(then, "\n"), then, (int)strcspn(now, "\n"), now);
}

bool aer__moved(const struct aer *aer, char *text, size_t len)
{
	char now[AER_MAX_TEXT];
	size_t i;

	for (i = 0; i < aer->nr_files; i++) {
		read_text(aer->files[i].fd, now);
		if (!strcmp(now, aer->files[i].text))
			continue;
		describe(&aer->files[i], now, text, len);
		return true;
	}
	return false;
}
