#pragma once

/// \file
/// Everything.

#include <isthmus/access.hpp>
#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/channel.hpp>
#include <isthmus/deadline.hpp>
#include <isthmus/error.hpp>
#include <isthmus/event.hpp>
#include <isthmus/log.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/name.hpp>
#include <isthmus/network.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/slot.hpp>
#include <isthmus/stop_source.hpp>
#include <isthmus/wait.hpp>
