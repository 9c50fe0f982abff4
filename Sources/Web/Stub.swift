import Records
import Hummingbird
import Mustache
