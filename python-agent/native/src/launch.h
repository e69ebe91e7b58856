/* Whether an executable about to be started is a Python that will run our boot folder. Used by children.c. */
#ifndef GS_LAUNCH_H
#define GS_LAUNCH_H

enum gs_launch {
    GS_OTHER,   /* no Python: its environment is not to be touched */
    GS_PYTHON,  /* will import sitecustomize from PYTHONPATH */
    GS_ISOLATED /* Python with -I, -E or -S: cannot be reached this way */
};

/* Remembers which file this very process runs. Once, before any launch is judged. */
void gs_launch_setup(void);
/* Only system calls and the caller's stack: runs between vfork and exec. */
enum gs_launch gs_launch_judge(const char *path, char *const argv[]);

#endif
