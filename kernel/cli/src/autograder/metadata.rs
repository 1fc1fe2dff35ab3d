//! What Gradescope says of a submission.

use jiff::Timestamp;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Whose submission it is, and when it was handed in.
#[derive(Debug, PartialEq)]
pub struct Metadata {
    /// A name that can be that of a folder.
    pub student: String,
    /// By Gradescope's clock; the container's may be wrong.
    pub created_at: Option<SystemTime>,
}

impl Metadata {
    /// Reads `submission_metadata.json`; what is not there is unknown.
    pub fn read(path: &Path) -> Self {
        let json = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self::of(&json.unwrap_or_default())
    }

    fn of(json: &Value) -> Self {
        let users = json["users"].as_array().into_iter().flatten();
        let name = |user: &Value| {
            let email = user["email"].as_str().map(ToOwned::to_owned);
            email.or_else(|| Some(user["id"].as_u64()?.to_string()))
        };
        let names: Vec<String> = users.filter_map(name).collect();
        let student = plain(&names.join("+"));
        let created_at = json["created_at"].as_str().and_then(|text| text.parse().ok());
        Self {
            student: if student.is_empty() { "student".into() } else { student },
            created_at: created_at.map(Timestamp::into),
        }
    }
}

/// Letters, digits and signs of addresses; at most as many as a file's name bears.
fn plain(name: &str) -> String {
    let allowed = |it: &char| it.is_ascii_alphanumeric() || "@+_-.".contains(*it);
    let name: String = name.chars().filter(allowed).take(200).collect();
    name.trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_group_is_one_student_and_no_name_leaves_its_folder() {
        let student = |users: Value| Metadata::of(&json!({"users": users})).student;
        let users = json!([{"email": "ada@uni.edu", "id": 1}, {"id": 2}]);
        assert_eq!(student(users), "ada@uni.edu+2");
        assert_eq!(student(json!([{"email": "../../x y"}])), "xy");
        assert_eq!(student(json!([])), "student");
        assert_eq!(Metadata::of(&Value::Null).student, "student");
    }

    #[test]
    fn the_time_has_a_zone() {
        let time = |text: &str| Metadata::of(&json!({"created_at": text})).created_at;
        let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let found = time("2026-11-24T10:30:00.000000-08:00").map(|time| seconds(time).as_secs());
        assert_eq!(found, Some(1_795_545_000));
        assert_eq!(time("yesterday"), None);
    }
}
