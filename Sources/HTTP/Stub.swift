import Records
import Hummingbird
