public import Engine
