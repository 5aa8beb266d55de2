// Sends the page's only form at once; where no script runs, its button does.
document.getElementById("form-post").submit();
