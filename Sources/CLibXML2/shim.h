#include <libxml/xmlversion.h>
// Debian's libxml2 is built with ICU and includes its headers, which the compiler refuses beside those of Foundation's own
// ICU: the same types, of another version. They concern converters that we do not touch.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlwriter.h>
#include <libxml/xmlreader.h>
