ALTER TABLE users ADD COLUMN
    previous_password_hash TEXT; -- of the password before the last change or reset; NULL: there was none. A reset after "this was not me" refuses it
