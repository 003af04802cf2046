// SPDX-License-Identifier: GPL-2.0-only
#include "tests/unit/sample_run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/run/atomic_file.h"

#define NOBODY 65534

/*
 * Every test runs in an empty directory of its own, and not as root: code that took /dev/full for a
 * file to be replaced would otherwise replace it, for the whole machine.
 */
static int enter_directory(void **state)
{
	char dir[] = "/tmp/test_atomic_file.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir))
		return -1;
	if (geteuid() == 0 && (chown(dir, NOBODY, -1) || seteuid(NOBODY)))
		return -1;
	*state = strdup(dir);
	return *state ? 0 : -1;
}

static int leave_directory(void **state)
{
	struct dirent *entry;
	DIR *dir = opendir(".");

	while (dir && (entry = readdir(dir)))
		unlink(entry->d_name);
	if (dir)
		closedir(dir);
	rmdir("sub");
	if (getuid() == 0 && seteuid(0))
		return -1;
	if (chdir("/") || rmdir(*state))
		return -1;
	free(*state);
	return 0;
}

static int count_files(void)
{
	struct dirent *entry;
	DIR *dir = opendir(".");
	int nr = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		nr += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return nr;
}

static void write_file(const char *path, const char *text)
{
	struct atomic_file *file = atomic_file__open(path);

	assert_non_null(file);
	assert_true(fputs(text, atomic_file__stream(file)) >= 0);
	assert_int_equal(atomic_file__commit(file), 0);
}

static void assert_content(const char *path, const char *text)
{
	char buf[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(buf, 1, sizeof(buf) - 1, file), strlen(text));
	assert_string_equal(buf, text);
	fclose(file);
}

static void a_file_appears_whole(void **state)
{
	struct atomic_file *file = atomic_file__open("new");

	(void)state;
	assert_non_null(file);
	fputs("half", atomic_file__stream(file));
	fflush(atomic_file__stream(file));
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(count_files(), 1);
	assert_int_equal(atomic_file__commit(file), 0);
	assert_content("new", "half");
	assert_int_equal(count_files(), 1);
}

static void the_old_one_stays_until_then(void **state)
{
	struct atomic_file *file;

	(void)state;
	write_file("old", "old");
	file = atomic_file__open("old");
	assert_non_null(file);
	fputs("new", atomic_file__stream(file));
	fflush(atomic_file__stream(file));
	assert_content("old", "old");
	atomic_file__abort(file);
	assert_content("old", "old");
	assert_int_equal(count_files(), 1);
	write_file("old", "new");
	assert_content("old", "new");
}

static void the_mode_is_that_of_open(void **state)
{
	mode_t mask = umask(0027);
	struct stat st;

	(void)state;
	write_file("new", "x");
	assert_int_equal(umask(mask), 0027);
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_link_is_followed(void **state)
{
	struct stat st;

	(void)state;
	write_file("target", "old");
	assert_int_equal(symlink("target", "link"), 0);
	write_file("link", "new");
	assert_content("target", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void a_full_disk_is_said(void **state)
{
	struct atomic_file *file = atomic_file__open("/dev/full");

	(void)state;
	assert_non_null(file);
	fputs("x", atomic_file__stream(file));
	assert_int_equal(atomic_file__commit(file), -ENOSPC);
}

/* The write that failed was an earlier one: its cause is still known. */
static void and_said_late_too(void **state)
{
	struct atomic_file *file = atomic_file__open("/dev/full");
	int i;

	(void)state;
	assert_non_null(file);
	for (i = 0; i < 100000; i++)
		fputs("0123456789", atomic_file__stream(file));
	assert_int_equal(atomic_file__commit(file), -ENOSPC);
}

/* A limit on the size of files stands in for a full disk. */
static void a_failed_write_leaves_the_old_file(void **state)
{
	struct rlimit old, small;
	struct atomic_file *file;
	int i;

	(void)state;
	write_file("old", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ .rlim_cur = 1000, .rlim_max = old.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	file = atomic_file__open("old");
	assert_non_null(file);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (i = 0; i < 1000; i++)
		fputs("0123456789", atomic_file__stream(file));
	/* There is room again, but what was lost is lost. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(atomic_file__commit(file), -EFBIG);
	assert_content("old", "old");
	assert_int_equal(count_files(), 1);
}

static void a_fifo_is_written_in_place(void **state)
{
	char buf[8] = "";
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	write_file("fifo", "x");
	assert_int_equal(read(fd, buf, sizeof(buf)), 1);
	close(fd);
	assert_int_equal(stat("fifo", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

static void dash_is_stdout(void **state)
{
	int saved, fd = open("out", O_CREAT | O_RDWR, 0600);

	(void)state;
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	assert_true(fd >= 0 && saved >= 0);
	dup2(fd, STDOUT_FILENO);
	write_file("-", "x");
	write_file("-", "y");
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	assert_content("out", "xy");
	assert_int_equal(count_files(), 1);
}

static void paths_that_cannot_be_are_refused(void **state)
{
	(void)state;
	assert_int_equal(mkdir("sub", 0700), 0);
	assert_null(atomic_file__open("sub"));
	assert_int_equal(errno, EISDIR);
	assert_null(atomic_file__open("none/file"));
	assert_int_equal(errno, ENOENT);
	assert_null(atomic_file__open(""));
	assert_int_equal(errno, ENOENT);
	atomic_file__abort(NULL);
}

static void a_run_that_cannot_be_written_says_where(void **state)
{
	struct run *run = sample__trace();
	char error[256] = "";

	(void)state;
	assert_int_equal(run__write(run, "/dev/full", error, sizeof(error)), -ENOSPC);
	assert_string_equal(error, "/dev/full: cannot write: No space left on device");
	assert_int_equal(run__write(run, "none/run.json", error, sizeof(error)), -ENOENT);
	run->duration_ns = UINT64_MAX;
	assert_int_equal(run__write(run, "run.json", error, sizeof(error)), -EOVERFLOW);
	assert_int_equal(count_files(), 0);
	run__free(run);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter_directory, leave_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_appears_whole),
		TEST(the_old_one_stays_until_then),
		TEST(the_mode_is_that_of_open),
		TEST(a_link_is_followed),
		TEST(a_full_disk_is_said),
		TEST(and_said_late_too),
		TEST(a_failed_write_leaves_the_old_file),
		TEST(a_fifo_is_written_in_place),
		TEST(dash_is_stdout),
		TEST(paths_that_cannot_be_are_refused),
		TEST(a_run_that_cannot_be_written_says_where),
	};

	return cmocka_run_group_tests_name("atomic_file", tests, NULL, NULL);
}
