#pragma once

#include <isthmus/name.hpp>

#include <memory>

namespace isthmus::detail {

/// That there is no slot, or no object in `Global\`, of a name: for who sends a message to it, if
/// there is one, again and again. Looking for it each time costs more than the rest of a message.
/// Not thread-safe.
class absence {
public:
    /// Of a local slot.
    explicit absence(const slot_address& slot);
    /// Of an object of the whole machine.
    explicit absence(const object_name& object);
    absence(const absence&) = delete;
    absence& operator=(const absence&) = delete;
    ~absence();

    /// True if there is none at this moment. If false, only a look can tell.
    bool is_certain();

private:
    struct impl;

    const std::unique_ptr<impl> impl_;
};

} // namespace isthmus::detail
