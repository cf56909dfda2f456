// A program of someone else, built against an installed copy: headers, library, dependencies.

#include <isthmus/export.hpp>

int main() {
    return 0;
}
