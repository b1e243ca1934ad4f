#include "data-plane/tls/socket_bio.hpp"

#include <cerrno>

#include "common/base/assert.hpp"
#include "data-plane/worker/socket_calls.hpp"

namespace turnpike::tls {
namespace {

worker::Socket& socket_of(BIO* bio) { return *static_cast<worker::Socket*>(BIO_get_data(bio)); }

int read_socket(BIO* bio, char* into, int space) {
    worker::Socket& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    ssize_t count = -1;
    errno = EAGAIN;
    if (socket.maybe_readable()) {
        do {
            count = worker::receive(socket.descriptor(), into, static_cast<std::size_t>(space));
        } while (count < 0 && errno == EINTR);
    }
    if (count < 0 && errno == EAGAIN) {
        socket.found_empty();
        BIO_set_retry_read(bio);
    } else if (count == 0) {
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    } else if (count > 0 && count < space) {
        socket.drained();
    }
    return static_cast<int>(count);
}

int write_socket(BIO* bio, const char* bytes, int size) {
    worker::Socket& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    ssize_t count = -1;
    errno = EAGAIN;
    if (socket.maybe_writable()) {
        do {
            count = worker::transmit(socket.descriptor(), bytes, static_cast<std::size_t>(size));
        } while (count < 0 && errno == EINTR);
    }
    if (count < 0 && errno == EAGAIN) {
        socket.filled();
        BIO_set_retry_write(bio);
    } else if (count >= 0 && count < size) {
        socket.filled();
    }
    return static_cast<int>(count);
}

long control(BIO* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH:
            return 1;
        case BIO_CTRL_EOF:
            return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
        default:
            return 0;
    }
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "reactor socket");
    TURNPIKE_ASSERT(method != nullptr);
    BIO_meth_set_read(method, read_socket);
    BIO_meth_set_write(method, write_socket);
    BIO_meth_set_ctrl(method, control);
    return method;
}

}  // namespace

BIO* make_socket_bio(worker::Socket& socket) {
    // A table of functions for the whole process, never freed: connections may end after main.
    static const BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    TURNPIKE_ASSERT(bio != nullptr);
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace turnpike::tls
