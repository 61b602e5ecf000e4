"""How fast danvan is beside a plain aiogram bot holding the same conversation; see `README.md` in this folder."""
