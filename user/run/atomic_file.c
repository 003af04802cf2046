// SPDX-License-Identifier: GPL-2.0-only
#include "user/run/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct atomic_file {
	FILE *stream;
	int fd;
	bool borrowed; /* the descriptor is stdout's */
	int err; /* of the first write that failed: stdio only remembers that one did */
	char *path; /* NULL: written in place */
	char *temp;
};

static ssize_t cookie_write(void *cookie, const char *buf, size_t size)
{
	struct atomic_file *file = cookie;
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(file->fd, buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (!file->err)
				file->err = -errno;
			return 0;
		}
		done += n;
	}
	return done;
}

/* mkstemp makes private files; the new one gets the mode that open(2) would have given it. */
static int open_temp(struct atomic_file *file)
{
	const char *slash = strrchr(file->path, '/');
	int dir_len = slash ? slash + 1 - file->path : 0;
	const char *base = file->path + dir_len;
	mode_t mask;

	if (asprintf(&file->temp, "%.*s.%s.XXXXXX", dir_len, file->path, base) < 0) {
		file->temp = NULL;
		return -ENOMEM;
	}
	file->fd = mkostemp(file->temp, O_CLOEXEC);
	if (file->fd < 0) {
		int err = -errno;

		free(file->temp);
		file->temp = NULL;
		return err;
	}
	mask = umask(0);
	umask(mask);
	return fchmod(file->fd, 0666 & ~mask) ? -errno : 0;
}

/* A link to a file that exists is followed, as open(2) would: not the link is replaced. */
static int open_path(struct atomic_file *file, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-")) {
		fflush(stdout);
		file->fd = STDOUT_FILENO;
		file->borrowed = true;
		return 0;
	}
	if (stat(path, &st)) {
		if (!*path)
			return -ENOENT;
		file->path = strdup(path);
		return file->path ? open_temp(file) : -ENOMEM;
	}
	if (S_ISREG(st.st_mode)) {
		file->path = realpath(path, NULL);
		return file->path ? open_temp(file) : -errno;
	}
	file->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return file->fd < 0 ? -errno : 0;
}

struct atomic_file *atomic_file__open(const char *path)
{
	static const cookie_io_functions_t io = { .write = cookie_write };
	struct atomic_file *file = calloc(1, sizeof(*file));
	int err;

	if (!file)
		return NULL;
	file->fd = -1;
	err = open_path(file, path);
	if (err)
		goto cleanup;
	file->stream = fopencookie(file, "w", io);
	if (!file->stream)
		err = -ENOMEM;
cleanup:
	if (err) {
		atomic_file__abort(file);
		errno = -err;
		return NULL;
	}
	return file;
}

FILE *atomic_file__stream(struct atomic_file *file)
{
	return file->stream;
}

/* Network file systems may say only on close that there was no room. */
static int close_fd(struct atomic_file *file)
{
	int fd = file->fd;

	file->fd = -1;
	return fd >= 0 && !file->borrowed && close(fd) ? -errno : 0;
}

static int publish(struct atomic_file *file)
{
	int err;

	if (fflush(file->stream) || ferror(file->stream))
		return file->err ? file->err : -EIO;
	if (!file->temp)
		return close_fd(file);
	if (fsync(file->fd))
		return -errno;
	err = close_fd(file);
	if (err)
		return err;
	if (rename(file->temp, file->path))
		return -errno;
	free(file->temp);
	file->temp = NULL;
	return 0;
}

int atomic_file__commit(struct atomic_file *file)
{
	int err = publish(file);

	atomic_file__abort(file);
	return err;
}

void atomic_file__abort(struct atomic_file *file)
{
	if (!file)
		return;
	if (file->stream)
		fclose(file->stream);
	close_fd(file);
	if (file->temp)
		unlink(file->temp);
	free(file->temp);
	free(file->path);
	free(file);
}
