#include "wmain.c" // in C++ the symbol tells the parameters
