#ifndef PROXY_MESSAGE_H
#define PROXY_MESSAGE_H

#include <string>

namespace proxy
{

/** \param text printed to standard error, after the program's name; standard output is for data */
void Message(const std::string& text);

} // namespace proxy

#endif /* PROXY_MESSAGE_H */
