// SPDX-License-Identifier: GPL-2.0-only
#include "user/cli/compare_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/cli/cli.h"
#include "user/cli/compare_ahead.h"
#include "user/run/array.h"

static int add_path(struct compare_files *files, char *path)
{
	struct compare_file *file = path ? array__append(&files->files, &files->nr, sizeof(*file))
					 : NULL;

	if (file) {
		file->path = path;
		file->place = files->nr;
		return 0;
	}
	free(path);
	cli__error("out of memory");
	return -ENOMEM;
}

static int is_json(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && !strcmp(entry->d_name + len - 5, ".json");
}

static int append_directory(struct compare_files *files, const char *path)
{
	const char *slash = path[0] && path[strlen(path) - 1] == '/' ? "" : "/";
	struct dirent **entries;
	int nr = scandir(path, &entries, is_json, versionsort);
	int err = nr < 0 ? -errno : 0;

	if (err)
		cli__error("%s: %s", path, strerror(-err));
	for (int i = 0; i < nr; i++) {
		char *file;

		if (!err && asprintf(&file, "%s%s%s", path, slash, entries[i]->d_name) < 0)
			file = NULL;
		err = err ?: add_path(files, file);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
	if (!err && !nr) {
		cli__error("%s: no *.json is in this directory", path);
		err = -ENOENT;
	}
	return err;
}

int compare_files__append(struct compare_files *files, const char *path)
{
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return append_directory(files, path);
	return add_path(files, strdup(path));
}

void compare_files__free(struct compare_files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		free(files->files[i].path);
	free(files->files);
}

static const struct compare_file *same_file(const struct compare_files *files, size_t nr,
					    const struct compare_file *file)
{
	for (size_t i = 0; i < nr; i++)
		if (files->files[i].size == file->size && files->files[i].sum == file->sum)
			return &files->files[i];
	return NULL;
}

static int check_new(const struct compare_files *files, const struct compare_files *others,
		     const struct compare_file *file)
{
	const struct compare_file *same = same_file(files, (size_t)(file - files->files), file)
						  ?: same_file(others, others->nr, file);

	if (!same)
		return 0;
	cli__error("%s: the same as %s: it would be taken for another measurement", file->path,
		   same->path);
	return -EINVAL;
}

/* @err of adding what was parsed; only another kind of file can be wrong with that. */
static int added(const struct compare *compare, const struct compare_file *file, int err)
{
	if (err == -EINVAL)
		cli__error(
			"%s: of another kind than the files before it (%s): compare like with like",
			file->path, compare_kind__name(compare->kind));
	else if (err)
		cli__error("out of memory");
	return err;
}

static int add_one(struct compare_files *files, const struct compare_files *others,
		   struct compare *compare, enum compare_side side, struct compare_file *file,
		   const struct compare_parsed *parsed)
{
	int err = 0;

	file->size = parsed->size;
	file->sum = parsed->sum;
	if (file->size)
		err = check_new(files, others, file);
	if (err)
		return err;
	if (parsed->err) {
		cli__error("%s", parsed->error);
		return parsed->err;
	}
	if (!parsed->run)
		return added(compare, file,
			     compare__add_timings(compare, side, parsed->hyperfine.timings,
						  parsed->hyperfine.nr));
	file->started_ns = parsed->run->started_ns;
	return added(compare, file, compare__add_run(compare, side, parsed->run));
}

int compare_files__read(struct compare_files *files, const struct compare_files *others,
			struct compare *compare, enum compare_side side)
{
	struct compare_ahead *ahead;
	int err = compare_ahead__new(&ahead, files->files, files->nr);

	if (err)
		cli__error("cannot begin to read: %s", strerror(-err));
	for (size_t i = 0; !err && i < files->nr; i++) {
		struct compare_parsed parsed;

		compare_ahead__take(ahead, &parsed);
		err = add_one(files, others, compare, side, &files->files[i], &parsed);
		compare_parsed__free(&parsed);
	}
	compare_ahead__free(ahead);
	return err;
}

static int by_start(const void *a, const void *b)
{
	const struct compare_file *x = a, *y = b;

	if (x->started_ns != y->started_ns)
		return x->started_ns < y->started_ns ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

void compare_files__sort(struct compare_files *files)
{
	if (files->nr)
		qsort(files->files, files->nr, sizeof(*files->files), by_start);
}
