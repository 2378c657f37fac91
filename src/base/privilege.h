/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that was given file capabilities (setcap) could be made to read any file for a
 * stranger: a configuration, a made-up root. So it holds them in its hand only while it opens
 * a sensor: they stay in the permitted set, out of the effective one. A made-up root needs
 * none, and may bring a library of the stranger's own: there they are given up.
 */
#pragma once

#include <stdbool.h>

/* True when this program has capabilities that its user has not. */
bool privilege_lent(void);

/* Takes the lent capabilities out of force, or puts them into it, for this thread. */
void privilege_lower(void);
void privilege_raise(void);

/* Throws the capabilities away, for good. */
void privilege_give_up(void);
