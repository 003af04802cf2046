// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Up to @room bytes, fewer only at the end of the file. */
static ssize_t read_up_to(int fd, char *buf, size_t room)
{
	size_t done = 0;

	while (done < room) {
		ssize_t n = read(fd, buf + done, room - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

static int read_open_file(int fd, size_t max, char **text, size_t *size, const char **reason)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode)) {
		*reason = S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file";
		return -EINVAL;
	}
	if ((uint64_t)st.st_size > max) {
		*reason = "is too large";
		return -EFBIG;
	}
	/* One byte more than it has shows whether it still has as many. */
	*text = malloc(st.st_size + 1);
	if (!*text)
		return -ENOMEM;
	n = read_up_to(fd, *text, st.st_size + 1);
	if (n < 0)
		return n;
	if (n != st.st_size) {
		*reason = "changed while it was read";
		return -EAGAIN;
	}
	*size = n;
	return 0;
}

int read_file(const char *path, size_t max, char **text, size_t *size, const char **reason)
{
	/* Nonblocking, or opening a fifo would wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err;

	*text = NULL;
	*reason = NULL;
	err = fd < 0 ? -errno : read_open_file(fd, max, text, size, reason);
	if (fd >= 0)
		close(fd);
	if (err) {
		free(*text);
		*text = NULL;
		if (!*reason)
			*reason = strerror(-err);
	}
	return err;
}
