CREATE TABLE IF NOT EXISTS course (id VARCHAR(128) NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS student (
    id VARCHAR(128) NOT NULL PRIMARY KEY,
    first_name VARCHAR(128), last_name VARCHAR(128), email VARCHAR(128), lms_user_id VARCHAR(128));
CREATE TABLE IF NOT EXISTS assignment (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(128) NOT NULL UNIQUE, duedate DATETIME,
    course_id VARCHAR(128) NOT NULL REFERENCES course (id));
CREATE TABLE IF NOT EXISTS notebook (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(128) NOT NULL, assignment_id VARCHAR(32) REFERENCES assignment (id),
    kernelspec VARCHAR(1024), UNIQUE (name, assignment_id));
CREATE TABLE IF NOT EXISTS base_cell (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(128) NOT NULL, notebook_id VARCHAR(32) NOT NULL REFERENCES notebook (id),
    type VARCHAR(50), UNIQUE (name, notebook_id, type));
CREATE TABLE IF NOT EXISTS grade_cells (
    id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES base_cell (id),
    max_score FLOAT NOT NULL, cell_type VARCHAR(8) NOT NULL);
CREATE TABLE IF NOT EXISTS task_cells (
    id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES base_cell (id),
    max_score FLOAT NOT NULL, cell_type VARCHAR(8) NOT NULL);
CREATE TABLE IF NOT EXISTS solution_cells (
    id VARCHAR(32) NOT NULL PRIMARY KEY REFERENCES base_cell (id));
CREATE TABLE IF NOT EXISTS source_cell (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    name VARCHAR(128) NOT NULL, cell_type VARCHAR(8) NOT NULL, locked BOOLEAN NOT NULL,
    source TEXT, checksum VARCHAR(128), notebook_id VARCHAR(32) REFERENCES notebook (id),
    UNIQUE (name, notebook_id));
CREATE TABLE IF NOT EXISTS submitted_assignment (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    assignment_id VARCHAR(32) REFERENCES assignment (id),
    student_id VARCHAR(128) REFERENCES student (id),
    timestamp DATETIME, extension DATETIME, UNIQUE (assignment_id, student_id));
CREATE TABLE IF NOT EXISTS submitted_notebook (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    assignment_id VARCHAR(32) REFERENCES submitted_assignment (id),
    notebook_id VARCHAR(32) REFERENCES notebook (id),
    flagged BOOLEAN, late_submission_penalty FLOAT, UNIQUE (notebook_id, assignment_id));
CREATE TABLE IF NOT EXISTS grade (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    notebook_id VARCHAR(32) REFERENCES submitted_notebook (id),
    cell_id VARCHAR(32) REFERENCES base_cell (id),
    auto_score FLOAT, manual_score FLOAT, extra_credit FLOAT, needs_manual_grade BOOLEAN NOT NULL,
    UNIQUE (cell_id, notebook_id));
CREATE TABLE IF NOT EXISTS comment (
    id VARCHAR(32) NOT NULL PRIMARY KEY,
    notebook_id VARCHAR(32) REFERENCES submitted_notebook (id),
    cell_id VARCHAR(32) REFERENCES base_cell (id),
    auto_comment TEXT, manual_comment TEXT, UNIQUE (cell_id, notebook_id));
CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL);
INSERT INTO alembic_version SELECT 'e43177bfe90b' WHERE NOT EXISTS (SELECT 1 FROM alembic_version);
INSERT INTO course SELECT 'default_course' WHERE NOT EXISTS (SELECT 1 FROM course);
