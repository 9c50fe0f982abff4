#include <libxml/xmlwriter.h>
#include <libxml/xmlreader.h>
