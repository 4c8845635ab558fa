//! Migrations are compiled in; a new file alone must make cargo compile again.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
