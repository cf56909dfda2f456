#include <isthmus/name.hpp>

namespace isthmus {

std::string channel_address::native_path() const {
    return text();
}

} // namespace isthmus
