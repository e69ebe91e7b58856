/* Does a program built with this sanitizer run at all? Compiled by run.mjs. */
int main(void) { return 0; }
