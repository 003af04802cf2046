/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VFIOSCOPE_VERSION_H
#define VFIOSCOPE_VERSION_H

#ifndef VFIOSCOPE_VERSION
#define VFIOSCOPE_VERSION "0.1.0"
#endif

#endif
