# users of admin.example.com
