// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "benchmarks/barbench/verify/access_log.h"
#include "user/run/run.h"

static int cannot_write(const struct access_log *log, int err, struct trouble *trouble)
{
	return trouble__say(trouble, err, "cannot write the log %s: %s", log->path, strerror(err));
}

static int check_file(struct access_log *log, struct trouble *trouble)
{
	struct statfs fs;
	struct stat st;

	if (fstat(log->fd, &st))
		return cannot_write(log, errno, trouble);
	if (!S_ISREG(st.st_mode))
		return trouble__say(trouble, EINVAL,
				    "the log %s is no regular file, so it would not be on disk: "
				    "give another --log",
				    log->path);
	log->in_memory = !fstatfs(log->fd, &fs) &&
			 (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
	return 0;
}

int access_log__open(struct access_log *log, const char *path, const char *started,
		     const char *device, struct trouble *trouble)
{
	int err;

	*log = (struct access_log){ .fd = -1, .path = path };
	if (!path[0])
		return 0;
	/* O_NONBLOCK: not to wait for somebody to read a FIFO */
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644);
	if (log->fd < 0)
		return cannot_write(log, errno, trouble);
	err = check_file(log, trouble);
	if (!err && dprintf(log->fd, "# barbench verify %s, %s\n", device, started) < 0)
		err = cannot_write(log, errno, trouble);
	return err;
}

void access_log__close(struct access_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

int access_log__begin(struct access_log *log, const char *how, const char *region, uint64_t offset,
		      uint64_t width, struct trouble *trouble)
{
	log->number++;
	if (log->fd < 0)
		return 0;
	if (dprintf(log->fd, "%" PRIu64 " %s %s 0x%" PRIx64 " %" PRIu64, log->number, how, region,
		    offset, width) < 0 ||
	    fdatasync(log->fd))
		return cannot_write(log, errno, trouble);
	return 0;
}

/* A line that cannot be ended will be told when the next one is begun. */
void access_log__end(struct access_log *log, uint64_t width, ssize_t result)
{
	char name[32];

	if (log->fd < 0)
		return;
	if (result < 0)
		dprintf(log->fd, " %s\n", run_errno__name((int)-result, name, sizeof(name)));
	else if ((uint64_t)result < width)
		dprintf(log->fd, " short %zd\n", result);
	else
		dprintf(log->fd, " ok\n");
}
